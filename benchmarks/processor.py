"""What the processor costs: CPU an event for each step, and events a second from a log on disk into ClickHouse.

    python -m benchmarks.processor [--events 50000] [--batch 5000] [--geoip DIR]

The log holds page views of 2,000 visitors at a time, each event 900 bytes with its own id, contexts repeating as a
site's pages do. Every third event names no session, so that the processor has to find one. Afterwards the columns that
it made of them are inserted once more, into an empty table of events and nothing else: what the store alone takes.
"""

import argparse
import asyncio
import random
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from hatua.base.clock import system_clock
from hatua.base.settings import Secret
from hatua.contract.event import RawEvent, decode_event, encode_event
from hatua.contract.record import Delivery, Envelope
from hatua.processor.build import make_processor
from hatua.processor.context import _read as read_context_uncached
from hatua.processor.draft import Draft, to_row
from hatua.processor.journey import steps_of_one_event
from hatua.processor.settings import ProcessorSettings
from hatua.processor.steps.put_geo import GeoReader
from hatua.processor.steps.put_privacy import PhoneHasher
from hatua.processor.steps.put_user_agent import AgentReader
from hatua.registry.model import ProjectAccess
from hatua.streams.sqlite_log import SqliteLog
from hatua.warehouse.client import Warehouse
from hatua.warehouse.migrate import apply_migrations
from hatua.warehouse.settings import WarehouseSettings

PROJECT = ProjectAccess(
    tenant_id="t",
    project_id="p",
    name="Tax App",
    timezone="Africa/Nairobi",
    default_goal="return_filed",
    allowed_origins=(),
    retention_days=730,
    keep_ip="none",
    hash_phones=False,
)
PATHS = ("/", "/mri", "/mri/rental-income", "/tot", "/tot/return", "/nil", "/pay", "/done")
PHONES = ("TECNO KI5q", "SM-A135F", "Infinix X6515", "Redmi 8", "itel A58", "SM-A047F", "TECNO BF7", "Nokia G21")


def history(count: int) -> list[RawEvent]:
    """`count` page views, 4 ms apart, the last of them now."""
    rng = random.Random(1)
    visitors = [_visitor(rng) for _ in range(2_000)]
    start = system_clock() - count * 4
    events = []
    for index in range(count):
        if index % 10 == 0:
            visitors[rng.randrange(2_000)] = _visitor(rng)
        anonymous, session, agent, ip = rng.choice(visitors)
        path = rng.choice(PATHS)
        query = "?utm_source=whatsapp&utm_medium=chat&utm_campaign=june"
        context = {
            "library": {"name": "hatua-js", "version": "1.0.0"},
            "page": {
                "path": path,
                "url": f"https://tax.example.ke{path}{query}",
                "title": "File and pay monthly rental income",
                "referrer": "https://www.google.com/" if index % 2 else "",
                "search": query,
            },
            "userAgent": agent,
            "locale": "en-KE",
            "screen": {"width": 412, "height": 915},
            "timezone": "Africa/Nairobi",
        }
        at = start + index * 4
        events.append(
            RawEvent(
                tenant_id="t",
                project_id="p",
                event_id=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
                event_name="page_view",
                event_type="page",
                received_at=at,
                timestamp=at - 300,
                sent_at=at - 50,
                anonymous_id=anonymous,
                session_id=session if index % 3 else "",
                ip=ip,
                user_agent=agent,
                context=msgspec.Raw(msgspec.json.encode(context)),
                properties=msgspec.Raw(b'{"obligation_type":"mri","amount":500}'),
            )
        )
    return events


def _visitor(rng: random.Random) -> tuple[str, str, str, str]:
    ids = [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(2)]
    agent = (
        f"Mozilla/5.0 (Linux; Android {rng.randrange(9, 15)}; {rng.choice(PHONES)}) AppleWebKit/537.36 "
        f"(KHTML, like Gecko) Chrome/{rng.randrange(118, 132)}.0.0.0 Mobile Safari/537.36"
    )
    return ids[0], ids[1], agent, f"41.{rng.randrange(80, 95)}.{rng.randrange(256)}.{rng.randrange(256)}"


def steps(events: list[RawEvent], geoip: str) -> None:
    """Prints what one event costs in each step: the caches warm, and the three costly ones without their caches."""
    bodies = [encode_event(one) for one in events]
    geo, agents = GeoReader.open(geoip), AgentReader()
    drafts = [
        Draft(Delivery(str(n), "p", one.event_id, one.received_at, body), one, PROJECT, one.received_at)
        for n, (one, body) in enumerate(zip(events, bodies, strict=True))
    ]
    print(f"{len(events):,} events of {sum(map(len, bodies)) / len(bodies):.0f} bytes; CPU µs an event, caches warm:")
    total = _cost("decode", bodies, decode_event)
    for step in steps_of_one_event(geo, agents, PhoneHasher(Secret("pepper"))):
        for draft in drafts:  # warm
            step(draft)
        total += _cost(step.__qualname__.partition(".")[0], drafts, step)
    total += _cost("to_row", drafts, to_row)
    print(f"  {'all':<16}{total:>7.2f}")
    print("without their caches:")
    _cost("context", [bytes(one.context) for one in events], read_context_uncached)
    _cost("geo", [one.ip for one in events], geo.locate.__wrapped__)
    _cost("user agent", [one.user_agent for one in events[:5_000]], agents._read)
    geo.close()


def _cost(name: str, items: Sequence[Any], act: Callable[[Any], object]) -> float:
    start = time.thread_time()
    for item in items:
        act(item)
    cost = (time.thread_time() - start) / len(items) * 1e6
    print(f"  {name:<16}{cost:>7.2f}")
    return cost


def pipeline(events: list[RawEvent], batch: int, geoip: str, folder: Path) -> None:
    """Prints events a second from the log into the warehouse, and what of it is CPU of the processor's thread."""
    with Warehouse.open(WarehouseSettings(path=str(folder / "warehouse"))) as warehouse:
        apply_migrations(warehouse)
        log = SqliteLog.open(folder / "log.db")
        asyncio.run(_fill(log, events))
        settings = ProcessorSettings(batch_size=batch, maxmind_db_path=geoip)
        processor = make_processor(
            log.reader("bench"), warehouse, lambda _: PROJECT, settings=settings, pepper=Secret("pepper")
        )
        made: list[pa.Table] = []
        insert = warehouse.insert

        def keep(table: str, rows: pa.Table, token: str, *, until_ms: int = 0) -> None:
            if table == "events":
                made.append(rows)
            insert(table, rows, token, until_ms=until_ms)

        warehouse.insert = keep  # type: ignore[method-assign]
        start, cpu, all_cpu = time.perf_counter(), time.thread_time(), time.process_time()
        while processor.run_once():
            pass
        seconds = time.perf_counter() - start
        cpu, all_cpu = time.thread_time() - cpu, time.process_time() - all_cpu
        stored = warehouse.rows("SELECT count() AS events, uniqExact(session_id) AS sessions FROM events")[0]
        mine, all_of_it = (seconds_of / len(events) * 1e6 for seconds_of in (cpu, all_cpu))
        print(f"batches of {batch:,}: {len(events) / seconds:,.0f} events/s, stored {stored}")
        print(f"CPU µs an event: {mine:.1f} in the processor's thread, {all_of_it:.1f} in all")
        bare, bare_cpu = _bare_inserts(warehouse.settings, made)
        print(f"the same columns alone: {bare:,.0f} events/s, CPU µs an event: {bare_cpu:.1f} in all")
        print(
            f"the processor: {len(events) / seconds / bare:.0%} of it by the clock, {bare_cpu / all_of_it:.0%} by CPU"
        )
        log.close()


def _bare_inserts(settings: WarehouseSettings, tables: Sequence[pa.Table]) -> tuple[float, float]:
    """(events a second, CPU µs an event) of ready-made columns into an empty table."""
    with Warehouse.open(settings, "bare") as warehouse:
        apply_migrations(warehouse)
        start, cpu = time.perf_counter(), time.process_time()
        for number, table in enumerate(tables):
            warehouse.insert("events", table, str(number))
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    events: int = sum(table.num_rows for table in tables)
    return events / seconds, cpu / events * 1e6


async def _fill(log: SqliteLog, events: list[RawEvent]) -> None:
    writer = log.writer()
    for start in range(0, len(events), 1_000):
        part = events[start : start + 1_000]
        await writer.append(
            [Envelope("p", one.event_id, one.anonymous_id, one.received_at, encode_event(one)) for one in part], ()
        )


def main() -> None:
    """Runs both parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--batch", type=int, default=5_000)
    parser.add_argument("--geoip", default="src/hatua/_assets/geoip", help="folder of .mmdb files")
    asked = parser.parse_args()
    geoip = asked.geoip if Path(asked.geoip).is_dir() else ""
    events = history(asked.events)
    steps(events[:20_000], geoip)
    with tempfile.TemporaryDirectory() as folder:
        pipeline(events, asked.batch, geoip, Path(folder))


if __name__ == "__main__":
    main()
