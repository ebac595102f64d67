"""How many events a second the durable log takes, beside what the disk itself can do, and what it costs in bytes.

    python -m benchmarks.durable_log [--engine sqlite|redis] [--seconds 4] [--folder DIR]

An append is durable when it returns (for Redis, as durable as its `appendfsync` says). "Raw" is the same disk writing
and syncing one 8 KB block at a time: the most commits a second that any log without group commit could make.
"""

import argparse
import asyncio
import os
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import uvloop
from tests.fixtures.redis import RedisServer

from hatua.base.clock import system_clock
from hatua.base.settings import Secret
from hatua.contract.record import Envelope, Tally
from hatua.streams.port import LogReader, LogWriter
from hatua.streams.redis_streams import RedisLog
from hatua.streams.settings import StreamsSettings
from hatua.streams.sqlite_log import SqliteLog
from hatua.streams.sqlite_schema import connect, create
from hatua.streams.sqlite_seen import SeenIds

BODY = os.urandom(450).hex().encode()
"""900 bytes, the size of a page view in the log."""


def raw_syncs(folder: Path, seconds: float) -> float:
    """fdatasync calls a second, each after one 8 KB write into an existing file."""
    path = folder / "raw"
    block = os.urandom(8_192)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    os.write(descriptor, block * 256)
    os.fsync(descriptor)
    done, start = 0, time.perf_counter()
    while time.perf_counter() < start + seconds:
        os.pwrite(descriptor, block, done % 256 * 8_192)
        os.fdatasync(descriptor)
        done += 1
    rate = done / (time.perf_counter() - start)
    os.close(descriptor)
    path.unlink()
    return rate


async def load(writer: LogWriter, *, at_once: int, events: int, seconds: float) -> tuple[int, list[float]]:
    """Appends in a closed loop; returns how many events and how long each append took, in seconds."""
    stop = time.perf_counter() + seconds
    taken: list[float] = []

    async def client(who: str) -> None:
        while (start := time.perf_counter()) < stop:
            now = system_clock()
            sent = [Envelope("project", uuid.uuid4().hex, who, now, BODY) for _ in range(events)]
            answer = await writer.append(sent, [Tally("project", now // 60_000, events)])
            assert all(answer)
            taken.append(time.perf_counter() - start)

    await asyncio.gather(*(client(f"anon-{i}") for i in range(at_once)))
    return len(taken) * events, sorted(taken)


def head() -> None:
    """Titles of the lines that `line` prints."""
    print(
        f"{'at once':>8} {'events':>7} {'events/s':>9} {'appends/s':>10} {'p50 ms':>7} {'p99 ms':>7}"
        f" {'CPU us/event':>13}"
    )


def line(at_once: int, events: int, seconds: float, open_writer: Callable[[], LogWriter]) -> int:
    """Measures and prints one concurrency and batch size; returns how many events were appended."""
    writer = open_writer()

    async def run() -> tuple[int, list[float]]:
        measured = await load(writer, at_once=at_once, events=events, seconds=seconds)
        await writer.close()
        return measured

    start, cpu = time.perf_counter(), time.process_time()
    done, taken = uvloop.run(run())
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    p50, p99 = (taken[int(len(taken) * q)] * 1_000 for q in (0.5, 0.99))
    print(
        f"{at_once:>8} {events:>7} {done / wall:>9.0f} {len(taken) / wall:>10.0f} {p50:>7.2f} {p99:>7.2f}"
        f" {cpu / done * 1e6:>13.1f}"
    )
    return done


def drain(reader: LogReader) -> float:
    """Reads and acknowledges everything, as a processor would, in batches of 2,000; events a second."""
    start, drained = time.perf_counter(), 0
    while got := reader.read(2_000, 0):
        reader.acknowledge([e.position for e in got])
        drained += len(got)
    return drained / (time.perf_counter() - start)


def measure_appends(folder: Path, seconds: float) -> None:
    """One line for each concurrency and batch."""
    head()
    for at_once in (1, 16, 64):
        for events in (1, 50):
            with tempfile.TemporaryDirectory(dir=folder) as place:
                log = SqliteLog.open(Path(place) / "log.db", max_events=100_000_000)
                line(at_once, events, seconds, log.writer)
                log.close()


def measure_redis(folder: Path, seconds: float) -> None:
    """The same on a redis-server of our own, for both ways of syncing; then what it keeps in memory."""
    for sync in ("always", "everysec"):
        print(f"Redis, appendfsync {sync}")
        head()
        for at_once in (1, 16, 64):
            for events in (1, 50):
                with tempfile.TemporaryDirectory(dir=folder) as place:
                    server = RedisServer(Path(place), "--appendfsync", sync)
                    server.start()
                    log = RedisLog(StreamsSettings(redis_url=Secret(server.url)))
                    empty = server.client.info("memory")["used_memory"]
                    done = line(at_once, events, seconds, log.writer)
                    size = server.client.info("memory")["used_memory"] - empty
                    if (at_once, events) == (64, 50):
                        reader = log.reader("c1")
                        rate = drain(reader)
                        reader.close()
                        left = server.client.info("memory")["used_memory"] - empty
                        print(f"drained {rate:.0f} events/s; {size / done:.0f} bytes of memory an event, id included")
                        print(f"ids: {left / done:.1f} bytes of memory each, {done} of them")
                    server.end()


def measure_reading(folder: Path, count: int) -> None:
    """Fills a log, then drains it as a processor would, in batches of 2,000 that are acknowledged."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "log.db"
        log = SqliteLog.open(path)
        empty = path.stat().st_size

        async def fill() -> None:
            writer = log.writer()
            for start in range(0, count, 64):
                now = system_clock()
                events = [Envelope("project", f"{start + i:032x}", "a", now, BODY) for i in range(64)]
                await writer.append(events, [Tally("project", now // 60_000, 64)])

        uvloop.run(fill())
        log.close()
        size = path.stat().st_size - empty
        log = SqliteLog.open(path)
        rate = drain(log.reader("c1"))
        log.close()
    print(f"drained {rate:.0f} events/s; {size / count:.0f} bytes of disk an event of {len(BODY)} bytes")


def measure_ids(folder: Path, count: int) -> None:
    """Disk and time of remembered ids, folded into a generation."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "log.db"
        connection = connect(path, busy_timeout_ms=1_000)
        create(connection, path)
        seen = SeenIds(connection, 86_400_000, 0)
        start, slowest = time.perf_counter(), 0.0
        for _ in range(count // 512):
            ids = [os.urandom(16) for _ in range(512)]
            began = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            seen.fold(connection)
            seen.known(connection, ids)
            seen.remember(connection, ids, 0)
            connection.execute("COMMIT")
            seen.committed()
            slowest = max(slowest, time.perf_counter() - began)
        seconds = time.perf_counter() - start
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        size = path.stat().st_size
    print(
        f"ids: {size / count:.1f} bytes of disk each, {seconds / count * 1e6:.1f} us each,"
        f" slowest commit {slowest:.3f} s"
    )


def main() -> None:
    """Prints everything."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--engine", choices=("sqlite", "redis"), default="sqlite")
    options.add_argument("--seconds", type=float, default=4.0)
    options.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    chosen = options.parse_args()
    raw = raw_syncs(chosen.folder, 2.0)
    print(f"raw: {raw:.0f} write + fdatasync a second; {threading.active_count()} thread, {os.cpu_count()} cores")
    if chosen.engine == "redis":
        measure_redis(chosen.folder, chosen.seconds)
        return
    measure_appends(chosen.folder, chosen.seconds)
    measure_reading(chosen.folder, 200_000)
    measure_ids(chosen.folder, 2_000_000)


if __name__ == "__main__":
    main()
