"""From the log to the warehouse and nothing in between left out: SQLite and ClickHouse are real."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hatua.contract.record import Delivery, Envelope
from hatua.processor.failures import ProcessorHalted
from hatua.processor.settings import ProcessorSettings
from hatua.registry.model import ProjectAccess
from hatua.streams.port import LogReader
from hatua.warehouse.client import Warehouse
from hatua.warehouse.errors import WarehouseUnavailable
from hatua.warehouse.migrate import apply_migrations
from hatua.warehouse.rows import EventRow, LinkRow
from hatua.warehouse.writer import EventWriter
from tests.fixtures.pipeline import NOON, Crash, Pipeline, Running, WrappedReader, event, project
from tests.fixtures.warehouse import ClickHouseProcess, both_rungs

ANDROID = (
    "Mozilla/5.0 (Linux; Android 13; TECNO KI5q; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/120.0.6099.144 Mobile Safari/537.36"
)
MINUTE = 60_000


def test_one_event_is_stored_with_everything_that_was_found_out_about_it(pipeline: Pipeline) -> None:
    pipeline.projects["p"] = project("p", keep_ip="truncated", retention_days=36_500)
    pipeline.append(
        event(
            "e1",
            user_id="A012345678X",
            session_id="s1",
            timestamp=NOON - MINUTE,
            sent_at=NOON - MINUTE + 1_000,
            received_at=NOON,
            ip="41.90.64.17",
            user_agent="curl/8",
            context={
                "page": {
                    "path": "/mri/",
                    "url": "https://tax.ke/mri/?utm_source=june",
                    "referrer": "https://www.google.com/",
                },
                "userAgent": ANDROID,
                "locale": "en-KE",
                "timezone": "Africa/Nairobi",
                "library": {"name": "hatua-js", "version": "1.0.0"},
            },
            properties={"amount": 500},
        )
    )
    pipeline.now = NOON + 2_000
    pipeline.drain()
    (row,) = pipeline.events()
    wanted = {
        "event_id": "e1",
        "timestamp": datetime.fromtimestamp((NOON - 1_000) / 1_000, UTC),
        "processed_at": datetime.fromtimestamp((NOON + 2_000) / 1_000, UTC),
        "channel": "webview",
        "page_path": "/mri/",
        "utm_source": "june",
        "referrer_host": "google.com",
        "referrer_channel": "Search",
        "user_agent": ANDROID,
        "device_type": "mobile",
        "os": "Android",
        "browser": "Chrome WebView",
        "locale": "en-KE",
        "library_name": "hatua-js",
        "properties": '{"amount":500}',
        "context": '{"timezone":"Africa/Nairobi"}',
        "ip": "41.90.64.0",
        "retention_days": 36_500,
    }
    assert {name: row[name] for name in wanted} == wanted
    (session,) = pipeline.sessions()
    assert (session["session_id"], session["events"], session["user_ids"]) == ("s1", 1, ["A012345678X"])
    assert pipeline.links() == [("a1", "A012345678X", "login")]
    assert pipeline.waiting() == 0


def test_a_batch_ends_at_a_size_in_bytes_too(pipeline: Pipeline) -> None:
    heavy = {"text": "x" * 60_000}
    pipeline.append(*(event(f"e{n:04}", properties=heavy) for n in range(1_200)))
    processor = pipeline.processor()
    assert processor.run_once() == 1_000  # 32 MB are passed in the second slice of 500
    assert processor.run_once() == 200
    assert len(pipeline.events("event_id")) == 1_200


def history(count: int) -> list[Any]:
    """A day of `count` events of 60 people on two channels; some with sessions of their own, some signed in."""
    rng = random.Random(7)
    events = []
    for index in range(count):
        person = rng.randrange(60)
        mobile = person % 3 == 0
        context = {"page": {"path": rng.choice(["/", "/mri", "/pay"])}} if mobile else {"channel": "whatsapp"}
        events.append(
            event(
                f"e{index:05}",
                timestamp=NOON - 86_400_000 + index * 43_000,
                received_at=NOON,
                seq=index % 10,
                anonymous_id=f"a{person}",
                user_id=f"u{person}" if person % 5 == 0 else "",
                session_id=f"s{person}-{index // 500}" if mobile else "",
                event_name="page_view" if mobile else "message.received",
                event_type="page" if mobile else "track",
                context=context,
                properties={"index": index},
            )
        )
    return events


@both_rungs
def test_two_thousand_events_arrive_once_each(pipeline: Pipeline) -> None:
    events = history(2_000)
    pipeline.settings = ProcessorSettings(batch_size=300)
    pipeline.append(*events)
    processor = pipeline.drain()
    assert [row["event_id"] for row in pipeline.events("event_id")] == [one.event_id for one in events]
    sessions = pipeline.sessions()
    assert sum(session["events"] for session in sessions) == 2_000
    assert sum(session["pageviews"] for session in sessions) == sum(one.event_type == "page" for one in events)
    assert all(row["session_id"] for row in pipeline.events("session_id"))
    assert pipeline.links() == sorted({(one.anonymous_id, one.user_id, "login") for one in events if one.user_id})
    assert pipeline.waiting() == 0
    counters = processor.counters
    assert (counters.processed, counters.inserted, counters.duplicates, counters.dead) == (2_000, 2_000, 0, 0)
    assert counters.batches == 7
    assert counters.last_flush_at == NOON


class DeafReader(WrappedReader):
    """Whatever is acknowledged stays in the log."""

    def acknowledge(self, positions: Sequence[str]) -> None:
        return


def snapshot(pipeline: Pipeline) -> tuple[Any, Any, Any]:
    sessions = [{name: value for name, value in row.items() if name != "version"} for row in pipeline.sessions()]
    return pipeline.events(), sessions, pipeline.links()


@both_rungs
def test_the_same_messages_twice_give_the_same_rows(pipeline: Pipeline) -> None:
    pipeline.append(*history(400))
    pipeline.drain(pipeline.processor(reader=DeafReader(pipeline.reader())))
    before = snapshot(pipeline)
    assert pipeline.waiting() == 400
    for batch_size in (400, 150):  # cut into other batches the second time
        pipeline.restart()
        pipeline.settings = ProcessorSettings(batch_size=batch_size)
        again = pipeline.drain(pipeline.processor(reader=DeafReader(pipeline.reader())))
        assert (again.counters.inserted, again.counters.duplicates) == (0, 400)
        assert snapshot(pipeline) == before
    pipeline.restart()
    pipeline.drain()
    assert snapshot(pipeline) == before
    assert pipeline.waiting() == 0


class CrashingReader(WrappedReader):
    """The process dies in the call named."""

    def __init__(self, reader: LogReader, where: str) -> None:
        super().__init__(reader)
        self._where = where

    def acknowledge(self, positions: Sequence[str]) -> None:
        if self._where == "acknowledge":
            raise Crash
        super().acknowledge(positions)

    def dead_letter(self, letters: Sequence[tuple[Delivery, str, str]]) -> None:
        if self._where == "dead_letter":
            raise Crash
        super().dead_letter(letters)


class CrashingWriter(EventWriter):
    """The process dies after the events are stored: before their sessions are, or before their links are too."""

    def __init__(self, warehouse: Warehouse, where: str) -> None:
        super().__init__(warehouse)
        self._where = where

    def write(self, rows: Sequence[EventRow], links: Sequence[LinkRow] = (), until_ms: int = 0) -> None:
        super().write(rows, () if self._where == "links" else links, until_ms)

    def refresh_sessions(self, keys: Iterable[tuple[str, str]]) -> None:
        if self._where in ("links", "refresh"):
            raise Crash
        super().refresh_sessions(keys)


@pytest.mark.parametrize("where", ["acknowledge", "links", "refresh", "dead_letter"])
def test_a_crash_at_any_point_loses_and_doubles_nothing(pipeline: Pipeline, where: str) -> None:
    events = history(200)
    pipeline.append(*events)
    pipeline.append_bodies([Envelope("p", "bad", "a1", NOON, b"not an event")])
    doomed = pipeline.processor(
        reader=CrashingReader(pipeline.reader(), where), writer=CrashingWriter(pipeline.warehouse, where)
    )
    with pytest.raises(Crash):
        pipeline.drain(doomed)
    assert len(pipeline.events()) == 200
    pipeline.restart()
    pipeline.drain()
    assert [row["event_id"] for row in pipeline.events("event_id")] == [one.event_id for one in events]
    assert sum(session["events"] for session in pipeline.sessions()) == 200
    assert pipeline.links() == sorted({(one.anonymous_id, one.user_id, "login") for one in events if one.user_id})
    assert [letter.event_id for letter in pipeline.dead_letters()] == ["bad"]
    assert pipeline.waiting() == 0


def test_what_cannot_be_processed_becomes_a_dead_letter_and_the_rest_goes_on(pipeline: Pipeline) -> None:
    good = [event(f"e{n}") for n in range(5)]
    step = event("step", event_name="handshake_complete", properties=["not an object"])
    pipeline.append(*good[:2], step, *good[2:])
    pipeline.append_bodies([Envelope("p", "bytes", "a1", NOON, b"\xff"), Envelope("p", "json", "a1", NOON, b"{}")])
    processor = pipeline.drain()
    assert [row["event_id"] for row in pipeline.events("event_id")] == [one.event_id for one in good]
    letters = {letter.event_id: letter for letter in pipeline.dead_letters()}
    assert {name: letter.reason for name, letter in letters.items()} == {
        "bytes": "undecodable",
        "json": "undecodable",
        "step": "step_failed",
    }
    assert letters["step"].error.startswith("put_handshake: ValidationError")
    assert letters["bytes"].body == b"\xff"
    assert pipeline.waiting() == 0
    assert (processor.counters.dead, processor.counters.inserted) == (3, 5)


def test_a_row_that_the_warehouse_refuses_is_found_among_the_others(pipeline: Pipeline) -> None:
    pipeline.projects["odd"] = project("odd", retention_days=70_000)  # more than its column holds
    events = [event(f"e{n:03}", anonymous_id=f"a{n}", user_id=f"u{n}") for n in range(100)]
    bad = [event(f"bad{n}", project_id="odd", anonymous_id=f"b{n}", user_id="u") for n in range(3)]
    pipeline.append(*events[:50], bad[0], bad[1], *events[50:], bad[2])
    processor = pipeline.drain()
    assert [row["event_id"] for row in pipeline.events("event_id")] == [one.event_id for one in events]
    assert sum(session["events"] for session in pipeline.sessions()) == 100
    letters = pipeline.dead_letters()
    assert [letter.event_id for letter in letters] == ["bad0", "bad1", "bad2"]
    assert {letter.reason for letter in letters} == {"refused_by_warehouse"}
    assert "70000" in letters[0].error
    assert len(pipeline.links()) == 100
    assert pipeline.waiting() == 0
    assert (processor.counters.inserted, processor.counters.dead, processor.counters.duplicates) == (100, 3, 0)

    pipeline.projects["odd"] = project("odd")
    pipeline.log.admin().replay([letter.letter_id for letter in letters])
    pipeline.drain()
    assert len(pipeline.events()) == 103
    assert len(pipeline.links()) == 103
    assert pipeline.dead_letters() == []


def test_a_warehouse_that_refuses_row_after_row_halts_the_processor(pipeline: Pipeline) -> None:
    pipeline.projects["p"] = project("p", retention_days=70_000)
    pipeline.append(*(event(f"e{n}") for n in range(300)))
    with pytest.raises(ProcessorHalted, match="refuses row after row"):
        pipeline.drain()
    assert pipeline.dead_letters() == []
    assert pipeline.waiting() == 300


@pytest.mark.parametrize(
    ("good", "bad", "halts"), [(0, 1_000, True), (0, 999, False), (800, 201, True), (800, 200, False)]
)
def test_a_flood_of_failures_halts_before_it_reaches_the_dead_letters(
    pipeline: Pipeline, good: int, bad: int, halts: bool
) -> None:
    pipeline.append(*(event(f"e{n:04}") for n in range(good)))
    pipeline.append_bodies([Envelope("p", f"bad{n}", "a1", NOON, b"[]") for n in range(bad)])
    running = Running(pipeline.processor())
    if halts:
        assert running.join()
        assert isinstance(running.problem, ProcessorHalted)
        assert pipeline.dead_letters() == []
        assert pipeline.events() == []
        assert pipeline.waiting() == good + bad
    else:
        until(lambda: pipeline.waiting() == 0)
        running.stop.set()
        assert running.join()
        assert running.problem is None
        assert len(pipeline.dead_letters()) == bad
        assert len(pipeline.events()) == good


def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    """Waits for another thread; nothing is claimed about how long it takes."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


class FlakyWriter(EventWriter):
    """Away for so many calls."""

    def __init__(self, warehouse: Warehouse, outage: int) -> None:
        super().__init__(warehouse)
        self.outage = outage

    def write(self, rows: Sequence[EventRow], links: Sequence[LinkRow] = (), until_ms: int = 0) -> None:
        if self.outage:
            self.outage -= 1
            raise WarehouseUnavailable("connection refused")
        super().write(rows, links, until_ms)


def test_an_unavailable_warehouse_is_waited_for_and_nothing_is_given_up(pipeline: Pipeline) -> None:
    pipeline.append(*history(100))
    processor = pipeline.drain(pipeline.processor(writer=FlakyWriter(pipeline.warehouse, 3)))
    assert processor.counters.retries == 3
    assert len(pipeline.events()) == 100
    assert pipeline.dead_letters() == []
    assert pipeline.waiting() == 0


def test_a_clickhouse_server_that_is_killed_and_comes_back_has_every_event_once(tmp_path: Path) -> None:
    server = ClickHouseProcess(tmp_path / "clickhouse")
    server.start()
    try:
        with Warehouse.open(server.settings, "t_outage") as warehouse:
            apply_migrations(warehouse)
            pipeline = Pipeline(tmp_path, warehouse)
            events = history(300)
            pipeline.append(*events[:100])
            processor = pipeline.drain()
            server.kill()
            pipeline.append(*events[100:])
            running = Running(processor)
            until(lambda: processor.counters.retries >= 3)
            assert pipeline.waiting() == 200
            server.start()
            until(lambda: pipeline.waiting() == 0)
            running.stop.set()
            assert running.join()
            assert [row["event_id"] for row in pipeline.events("event_id")] == [one.event_id for one in events]
            assert sum(session["events"] for session in pipeline.sessions()) == 300
            assert pipeline.dead_letters() == []
            pipeline.close()
    finally:
        server.kill()


def test_a_stop_while_the_warehouse_is_away_leaves_everything_in_the_log(pipeline: Pipeline) -> None:
    pipeline.append(*history(100))
    processor = pipeline.processor(writer=FlakyWriter(pipeline.warehouse, 1_000_000))
    running = Running(processor)
    until(lambda: processor.counters.retries > 0)
    running.stop.set()
    assert running.join()
    assert running.problem is None
    assert pipeline.waiting() == 100
    assert pipeline.dead_letters() == []
    pipeline.drain()
    assert len(pipeline.events()) == 100


def test_a_running_processor_takes_what_comes_and_stops_when_asked(pipeline: Pipeline) -> None:
    running = Running(pipeline.processor())
    for start in (0, 50, 100):
        pipeline.append(*history(150)[start : start + 50])
        until(lambda: pipeline.waiting() == 0)
        assert len(pipeline.events("event_id")) == start + 50
    running.stop.set()
    assert running.join()
    assert running.problem is None
    assert pipeline.waiting() == 0
    assert max(Counter(row["event_id"] for row in pipeline.events("event_id")).values()) == 1


class RecordedStop(threading.Event):
    """Notes how long it is waited for, and does not wait; set after so many waits."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.waited: list[float] = []
        self._waits = waits

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0.0)
        if len(self.waited) == self._waits:
            self.set()
        return self.is_set()


def test_flushes_are_half_a_second_apart_and_an_event_after_a_quiet_moment_hardly_waits(pipeline: Pipeline) -> None:
    pipeline.append(event("e1"))
    processor = pipeline.processor()
    processor.run(quiet := RecordedStop(1))
    pipeline.now += 200
    pipeline.append(event("e2"))
    processor.run(busy := RecordedStop(1))
    assert quiet.waited == [0.05]
    assert busy.waited == [0.3]
    assert len(pipeline.events("event_id")) == 2


def test_an_unavailable_metadata_store_is_waited_for(pipeline: Pipeline) -> None:
    pipeline.append(event("e1"))
    asked = 0

    def find(project_id: str) -> ProjectAccess | None:
        nonlocal asked
        asked += 1
        if asked < 3:
            raise WarehouseUnavailable("the metadata store is down")
        return project(project_id, retention_days=36_500)

    pipeline.drain(pipeline.processor(find_project=find))
    assert [row["retention_days"] for row in pipeline.events("retention_days")] == [36_500]


class StutteringReader(WrappedReader):
    """Delivers everything twice."""

    def read(self, max_events: int, block_ms: int) -> list[Delivery]:
        return [one for one in super().read(max_events, block_ms) for _ in range(2)]


def test_one_event_delivered_twice_in_a_batch_is_stored_once(pipeline: Pipeline) -> None:
    pipeline.append(event("e1"), event("e2"))
    pipeline.drain(pipeline.processor(reader=StutteringReader(pipeline.reader())))
    assert [row["event_id"] for row in pipeline.events("event_id")] == ["e1", "e2"]


def test_events_of_a_dead_processor_are_taken_over(pipeline: Pipeline) -> None:
    pipeline.append(*history(20))
    dead = pipeline.log.reader("another")
    assert len(dead.read(100, 0)) == 20
    processor = pipeline.processor()
    assert processor.run_once() == 0
    pipeline.now += pipeline.settings.claim_idle_ms + 1
    assert processor.run_once() == 20
    assert len(pipeline.events()) == 20
    assert pipeline.waiting() == 0
