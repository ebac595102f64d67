"""Two processors at once give the answer of one: who is who, and which visit an event belongs to."""

import asyncio
import random
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hatua.analytics import overview, people
from hatua.analytics.people_shapes import PeopleQuestion
from hatua.analytics.question import read
from hatua.analytics.shapes import OverviewQuestion
from hatua.base.settings import Secret
from hatua.contract.event import RawEvent, encode_event
from hatua.contract.record import Envelope
from hatua.processor.build import make_enrichment
from hatua.processor.settings import ProcessorSettings
from hatua.processor.steps.put_user_agent import AgentReader
from hatua.processor.worker import Processor
from hatua.streams.port import LogReader, LogWriter
from hatua.streams.redis_streams import RedisLog
from hatua.streams.settings import StreamsSettings
from hatua.streams.sqlite_log import SqliteLog
from hatua.warehouse.client import Warehouse
from hatua.warehouse.migrate import apply_migrations
from hatua.warehouse.settings import WarehouseSettings
from hatua.warehouse.writer import EventWriter
from tests.fixtures.pipeline import NOON, event, project
from tests.fixtures.redis import RedisServer

MINUTE_MS = 60_000
DRAINED_WITHIN_S = 120.0

_agents = cache(AgentReader)


@pytest.fixture
def second_warehouse(embedded_settings: WarehouseSettings) -> Iterator[Warehouse]:
    """Beside `warehouse`: for the processor that works alone."""
    name = f"t_{secrets.token_hex(6)}"
    with Warehouse.open(embedded_settings, name) as opened:
        apply_migrations(opened)
        yield opened
        opened.execute(f"DROP DATABASE {name} SYNC")


def processor(reader: LogReader, warehouse: Warehouse, batch_size: int) -> Processor:
    settings = ProcessorSettings(batch_size=batch_size, flush_interval_ms=0)
    enrichment = make_enrichment(
        warehouse, project, settings=settings, pepper=Secret("pepper"), clock=lambda: NOON, agents=_agents()
    )
    return Processor(reader, EventWriter(warehouse), enrichment, settings)


def append(writer: LogWriter, events: Sequence[RawEvent]) -> None:
    async def all_of_them() -> None:
        for start in range(0, len(events), 500):
            part = events[start : start + 500]
            await writer.append(
                [Envelope(e.project_id, e.event_id, e.anonymous_id, e.received_at, encode_event(e)) for e in part], ()
            )
        await writer.close()

    asyncio.run(all_of_them())


def by_one(folder: Path, warehouse: Warehouse, events: Sequence[RawEvent]) -> None:
    """Through the embedded log and one processor, in the order given."""
    log = SqliteLog.open(folder / "log.db")
    append(log.writer(), events)
    worker = processor(log.reader("only"), warehouse, 5_000)
    while worker.run_once():
        pass
    log.close()


def by_two(redis: RedisServer, warehouse: Warehouse, events: Sequence[RawEvent], batch_size: int) -> None:
    """Through Redis and two processors at once, in small batches, while the events are still coming."""
    settings = StreamsSettings(redis_url=Secret(redis.url), stream_key=f"test:{secrets.token_hex(8)}", shards=8)
    log = RedisLog(settings)
    stop = threading.Event()
    readers = [log.reader(name) for name in ("one", "two")]
    workers = [processor(reader, warehouse, batch_size) for reader in readers]
    threads = [threading.Thread(target=worker.run, args=(stop,), daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    until = time.monotonic() + DRAINED_WITHIN_S
    while not all(reader._ownership.readable() for reader in readers):
        assert time.monotonic() < until, "the processors did not share the shards"
        time.sleep(0.05)
    append(log.writer(), events)
    until = time.monotonic() + DRAINED_WITHIN_S
    while any(redis.client.xlen(f"{{{settings.stream_key}:{shard}}}") for shard in range(8)):
        assert time.monotonic() < until, "the log did not drain"
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join(20)
    for reader in readers:
        reader.close()
    assert all(worker.counters.processed for worker in workers), "one processor did all the work"


def stored(warehouse: Warehouse) -> dict[str, list[dict[str, Any]]]:
    """Everything that must not depend on who processed it, or when."""
    return {
        "events": warehouse.rows("SELECT * EXCEPT processed_at, event_id FROM events ORDER BY event_id"),
        "sessions": warehouse.rows("SELECT * FROM sessions FINAL ORDER BY project_id, session_id"),
        "links": warehouse.rows("SELECT * FROM identity_links FINAL ORDER BY project_id, anonymous_id, user_id"),
    }


def crowd(seed: int, count: int) -> list[RawEvent]:
    """People with several devices, devices with several people, visits named by the client and not; links before, after
    and between the events they concern; events late and out of order; in the order in which they arrive."""
    lot = random.Random(seed)
    events = []
    for number in range(count):
        person = lot.randrange(40)
        device = f"d{person}-{lot.randrange(3)}" if lot.random() < 0.8 else f"shared-{lot.randrange(5)}"
        kind = lot.choice(("page", "page", "track", "identify"))
        named = lot.random() < 0.5
        known = kind == "identify" or lot.random() < 0.3
        events.append(
            event(
                f"e{number}",
                event_name={"page": "page_view", "track": "click", "identify": "identify"}[kind],
                event_type=kind,
                timestamp=NOON - lot.randrange(300) * MINUTE_MS - number,
                anonymous_id=device,
                user_id=f"u{person}" if known else "",
                session_id=f"s-{device}-{lot.randrange(2)}" if named else "",
                seq=lot.randrange(5),
            )
        )
    return events


def test_two_processors_give_the_answer_of_one(
    tmp_path: Path, warehouse: Warehouse, second_warehouse: Warehouse, redis_server: RedisServer
) -> None:
    events = crowd(7, 1_500)
    by_two(redis_server, warehouse, events, batch_size=60)
    by_one(tmp_path, second_warehouse, events)

    together, alone = stored(warehouse), stored(second_warehouse)

    for table in together:
        assert together[table] == alone[table]
    assert len(together["events"]) == 1_500
    assert len(together["links"]) > 50


def handshakes(count: int) -> list[RawEvent]:
    """The two sides of a token, and who signs in later, arrive together: in shards, and so in hands, of their own."""
    events = []
    for number in range(count):
        phone, browser, token = f"2547{number:08d}", f"b{number}", f"tok-{number}"
        conversation = {"externalId": phone, "channel": "whatsapp", "handshakeToken": token}
        visit = {"page": {"path": "/"}, "handshakeToken": token}
        sides: list[tuple[str, dict[str, Any]]] = [
            ("webview_opened", {"anonymous_id": phone, "context": conversation}),
            ("handshake_complete", {"anonymous_id": browser, "context": visit, "session_id": f"s{number}"}),
        ]
        if number % 2:
            signed_in = {"anonymous_id": browser, "user_id": f"A{number}", "context": visit, "session_id": f"s{number}"}
            sides.append(("filing_started", signed_in))
        events += [
            event(
                f"{name}-{number}", event_name=name, event_type="track", timestamp=NOON - 9_000 + 10 * place, **fields
            )
            for place, (name, fields) in enumerate(sides)
        ]
    return events


def test_both_sides_of_a_handshake_in_two_hands_at_once_are_joined(
    tmp_path: Path, warehouse: Warehouse, second_warehouse: Warehouse, redis_server: RedisServer
) -> None:
    events = handshakes(300)
    by_two(redis_server, warehouse, events, batch_size=40)
    by_one(tmp_path, second_warehouse, events)

    links = stored(warehouse)["links"]

    assert links == stored(second_warehouse)["links"]
    pairs = {(link["anonymous_id"], link["user_id"]) for link in links}
    for number in range(300):
        assert (f"b{number}", f"2547{number:08d}") in pairs
        assert ((f"2547{number:08d}", f"A{number}") in pairs) is bool(number % 2)


def test_ten_thousand_links_lead_to_one_person(
    tmp_path: Path, warehouse: Warehouse, second_warehouse: Warehouse, redis_server: RedisServer
) -> None:
    lot = random.Random(1)
    events = []
    for number in range(10_000):
        seen = event(f"v{number}", timestamp=NOON - 2_000, anonymous_id=f"a{number}", session_id=f"s{number}")
        said = event(
            f"i{number}",
            event_name="identify",
            event_type="identify",
            timestamp=NOON - 1_000,
            anonymous_id=f"a{number}",
            user_id="agent",
            session_id=f"s{number}",
        )
        events += [seen, said] if lot.random() < 0.5 else [said, seen]  # the link comes before or after its event
    by_two(redis_server, warehouse, events, batch_size=2_000)
    by_one(tmp_path, second_warehouse, events)

    together, alone = stored(warehouse), stored(second_warehouse)

    for table in together:
        assert together[table] == alone[table]
    assert len(together["links"]) == 10_000
    asked = {"project": "p", "from": "2026-03-13", "to": "2026-03-13"}
    metrics = overview.answer(warehouse, read(OverviewQuestion, asked)).metrics
    assert {name: metrics[name].value for name in ("visitors", "sessions", "events")} == {
        "visitors": 1,
        "sessions": 10_000,
        "events": 20_000,
    }
    (only,) = people.answer(warehouse, read(PeopleQuestion, asked)).people
    assert (only.person, only.events, only.sessions) == ("agent", 20_000, 10_000)
