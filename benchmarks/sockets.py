"""The same load as `wrk.py` from asyncio sockets, where wrk is not installed. Slower: the client is the limit."""

import asyncio
from time import perf_counter_ns
from urllib.parse import urlsplit

from benchmarks.wrk import Load


def run(url: str, key: str, event: str, *, run_name: str, events: int, connections: int, seconds: int) -> Load:
    """See `wrk.run`."""
    return asyncio.run(_run(url, key, event, run_name, events, connections, seconds))


async def _run(url: str, key: str, event: str, run_name: str, events: int, connections: int, seconds: int) -> Load:
    address = urlsplit(url)
    took: list[int] = []
    refused = broken = 0
    ends = perf_counter_ns() + seconds * 1_000_000_000

    async def connection(number: int) -> None:
        nonlocal refused, broken
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        sent = 0
        try:
            while perf_counter_ns() < ends:
                places = range(sent, sent + events)
                made = [
                    event.replace("@ID@", f"{run_name}-{number}-{n}").replace("@PAGE@", str(n // 10 % 1000))
                    for n in places
                ]
                sent += events
                body = (made[0] if events == 1 else '{"batch":[' + ",".join(made) + "]}").encode()
                head = (
                    f"POST {address.path} HTTP/1.1\r\nhost: {address.netloc}\r\ncontent-type: application/json\r\n"
                    f"x-write-key: {key}\r\ncontent-length: {len(body)}\r\n\r\n"
                )
                began = perf_counter_ns()
                writer.write(head.encode() + body)
                answer = await reader.readuntil(b"\r\n\r\n")
                lines = answer.lower().split(b"\r\n")
                length = next(int(line[16:]) for line in lines if line.startswith(b"content-length: "))
                await reader.readexactly(length)
                took.append((perf_counter_ns() - began) // 1000)
                refused += lines[0].split()[1][:1] != b"2"
        except (OSError, asyncio.IncompleteReadError):
            broken += 1
        finally:
            writer.close()

    began = perf_counter_ns()
    await asyncio.gather(*(connection(number) for number in range(connections)))
    duration_us = (perf_counter_ns() - began) // 1000
    took.sort()
    at = [took[min(len(took) - 1, int(len(took) * share))] for share in (0.5, 0.95, 0.99)]
    return Load(len(took), duration_us, refused, broken, *at)
