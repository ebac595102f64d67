"""How many requests and events one core of the collector takes, durably, beside a bare handler of the same server.

    python -m benchmarks.collector [--seconds 8] [--connections 128] [--engine sqlite|redis] [--appendfsync always]

The server is one process on one core: Granian, the collector and its log, without a processor. The log is SQLite (WAL,
synchronous=FULL) or Redis Streams on a redis-server of this machine, beside the clients on the other cores; with SQLite
or `appendfsync always` an answer means that the events survive a power cut. `/bare` reads the body and answers a
constant: what the server itself costs. After each run the log must hold exactly what was answered. Rates per second of
the server's own CPU time stand beside the rates by the clock: the ones to compare on a shared machine.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import tempfile
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server
from tests.fixtures.ports import free_port
from tests.fixtures.redis import RedisServer

from benchmarks import sockets, wrk
from hatua.base.clock import system_clock
from hatua.base.settings import Secret
from hatua.collector.app import make_collector
from hatua.collector.keys import CachedKeys
from hatua.collector.settings import CollectorSettings
from hatua.registry.model import ProjectAccess
from hatua.streams.redis_streams import RedisLog
from hatua.streams.settings import StreamsSettings
from hatua.streams.sqlite_log import SqliteLog

KEY = "wk_benchmark"
PROJECT = "prj_benchmark"
BARE_ANSWER = b'{"status":"success","accepted":1,"duplicate":0,"rejected":[]}'
EVENT = {
    "event_id": "@ID@",
    "event_name": "return_filed",
    "event_type": "track",
    "timestamp": "2026-01-15T10:00:00.000Z",
    "anonymous_id": str(uuid.UUID(int=1)),
    "user_id": "A012345678X",
    "session_id": str(uuid.UUID(int=2)),
    "journey_start": False,
    "journey_end": True,
    "context": {
        "library": {"name": "hatua-js", "version": "1.0.0"},
        "page": {
            "path": "/mri/rental-income/@PAGE@",
            "url": "https://tax.example.com/mri/rental-income?utm_source=whatsapp",
            "title": "Monthly rental income",
            "referrer": "https://wa.me/",
            "search": "?utm_source=whatsapp",
        },
        "userAgent": "Mozilla/5.0 (Linux; Android 13; SM-A135F) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/126.0.0.0 Mobile Safari/537.36",
        "locale": "en-KE",
        "screen": {"width": 412, "height": 915},
        "channel": "web",
        "handshakeToken": "",
        "campaignId": "",
        "externalId": "",
    },
    "properties": {"obligation_type": "mri", "amount": 500, "period": "2026-01"},
}

Message = MutableMapping[str, Any]


async def bare(receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
    """The least that a handler can do: read the body, answer."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BARE_ANSWER))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BARE_ANSWER})


def open_log(folder: Path, redis_url: str) -> SqliteLog | RedisLog:
    """The log at that address; "": an SQLite file in the folder."""
    if redis_url:
        return RedisLog(StreamsSettings(redis_url=Secret(redis_url), max_events=100_000_000))
    return SqliteLog.open(folder / "log.db", max_events=100_000_000)


def serve(port: int, folder: str, redis_url: str, cores: set[int], stop: Connection) -> None:
    """The server process; ends when the other end of `stop` says so."""
    if cores:
        os.sched_setaffinity(0, cores)
    uvloop.run(_serve(port, open_log(Path(folder), redis_url), stop))


async def _serve(port: int, log: SqliteLog | RedisLog, stop: Connection) -> None:
    writer = log.writer()
    access = ProjectAccess(
        tenant_id="t",
        project_id=PROJECT,
        name="benchmark",
        timezone="UTC",
        default_goal="return_filed",
        allowed_origins=(),
        retention_days=0,
        keep_ip="none",
        hash_phones=False,
    )
    keys = CachedKeys({KEY: access}.get, system_clock)
    settings = CollectorSettings(rate_limit_max_requests=0, rate_limit_project_max_requests=0)
    collector = make_collector(settings, writer, keys, system_clock)

    async def app(scope: Message, receive: Any, send: Any) -> None:
        if scope["path"] == "/bare":
            await bare(receive, send)
        else:
            await collector(scope, receive, send)

    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL, backlog=2048, log_enabled=False)
    asyncio.get_running_loop().add_reader(stop.fileno(), server.stop)
    await server.serve()
    await keys.close()
    await writer.close()
    log.close()


def stored(folder: Path, redis_url: str) -> tuple[int, int]:
    """(received, pending) of the ledger."""
    log = open_log(folder, redis_url)
    admin = log.admin()
    rows = admin.ledger(PROJECT, 0, 2**40)
    admin.close()
    log.close()
    return sum(row.received for row in rows), sum(row.pending for row in rows)


def measure(
    path: str, events: int, connections: int, seconds: int, *, pin: bool, appendfsync: str
) -> tuple[wrk.Load, float]:
    """(load, seconds of CPU that the server used) of one run against a fresh server; asserts that nothing was refused
    and that everything answered is in the log."""
    everywhere = os.sched_getaffinity(0)
    server_cores = {min(everywhere)} if pin and len(everywhere) > 1 else set()
    client_cores = everywhere - server_cores if server_cores else set()
    event = json.dumps(EVENT, separators=(",", ":"))
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        redis_url = ""
        if appendfsync:
            redis = RedisServer(Path(folder), "--appendfsync", appendfsync)
            stack.callback(redis.end)
            redis.start()
            os.sched_setaffinity(redis.pid, client_cores or everywhere)
            redis_url = redis.url
        port = free_port()
        near, far = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(
            target=serve, args=(port, folder, redis_url, server_cores, far)
        )
        process.start()
        url = f"http://127.0.0.1:{port}{path}"
        try:
            _wait(port)
            for name, length in (("warm", 1), ("run", seconds)):
                before = _cpu_s(process.pid)
                if wrk.available():
                    load = wrk.run(
                        url,
                        KEY,
                        event,
                        run_name=name,
                        events=events,
                        connections=connections,
                        seconds=length,
                        cores=client_cores,
                    )
                else:
                    load = sockets.run(
                        url, KEY, event, run_name=name, events=events, connections=connections, seconds=length
                    )
                cpu_s = _cpu_s(process.pid) - before
                assert load.refused == 0, f"{load.refused} requests were refused"
                assert load.broken == 0, f"{load.broken} connections broke"
        finally:
            near.send(b"stop")
            process.join(30)
        if path != "/bare":
            received, pending = stored(Path(folder), redis_url)
            assert received == pending, f"{received} events received, {pending} in the log"
            assert pending >= load.requests * events, f"{pending} in the log, {load.requests * events} were answered"
    return load, cpu_s


def _cpu_s(pid: int | None) -> float:
    """Processor time of a process and its threads, user and system, in seconds (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wait(port: int) -> None:
    async def answering() -> None:
        for _ in range(500):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return
        raise AssertionError("the server did not start")

    asyncio.run(answering())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--engine", choices=("sqlite", "redis"), default="sqlite")
    parser.add_argument("--appendfsync", choices=("always", "everysec"), default="always")
    parser.add_argument("--all-cores", action="store_true", help="do not pin the server to one core")
    options = parser.parse_args()
    client = "wrk" if wrk.available() else "python sockets (the client is the limit)"
    size = len(json.dumps(EVENT, separators=(",", ":")))
    pinned = "all cores" if options.all_cores else "one core"
    appendfsync = options.appendfsync if options.engine == "redis" else ""
    log = f"Redis, appendfsync {appendfsync}" if appendfsync else "SQLite"
    print(f"log: {log}; load of the machine at the beginning: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"server on {pinned}; {options.connections} connections; client {client}; {size} bytes an event")
    for events in (1, 50):
        rates = {}
        for path in ("/bare", "/v1/capture"):
            load, cpu_s = measure(
                path,
                events,
                options.connections,
                options.seconds,
                pin=not options.all_cores,
                appendfsync=appendfsync,
            )
            rates[path] = load.requests / cpu_s
            p50, p95, p99 = load.p50_us / 1000, load.p95_us / 1000, load.p99_us / 1000
            print(
                f"{path:12} {events:3} events a request: {load.requests_per_s:9,.0f} req/s"
                f" {load.requests_per_s * events:9,.0f} events/s, {rates[path] * events:9,.0f} per CPU second"
                f"  p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  p99 {p99:6.1f} ms"
            )
        share = rates["/v1/capture"] / rates["/bare"]
        print(f"{'':12} {events:3} events a request: {share:.0%} of the bare handler, by CPU time")


if __name__ == "__main__":
    main()
