"""What the warehouse's side of exactly-once stands on: inserts that end with the lease, and tokens that are checked."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hatua.base.clock import system_clock
from hatua.contract.event import RawEvent
from hatua.contract.record import Delivery
from hatua.streams.port import LogReader
from hatua.warehouse.client import Warehouse
from hatua.warehouse.errors import InsertTooLate
from hatua.warehouse.migrate import apply_migrations
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import event
from tests.fixtures.pipeline import Pipeline, WrappedReader
from tests.fixtures.pipeline import event as raw_event
from tests.fixtures.warehouse import ClickHouseProcess, both_rungs

MINUTE_MS = 60_000


def ids(warehouse: Warehouse) -> list[str]:
    return [row["event_id"] for row in warehouse.rows("SELECT event_id FROM events ORDER BY event_id")]


@pytest.mark.parametrize("warehouse_settings", ["server"], indirect=True)
def test_a_server_refuses_rows_that_come_too_late_and_takes_them_in_time(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    rows = [event(event_id="a", user_id="u'1\\", properties='{"x":"ž"}'), event(event_id="b")]
    with pytest.raises(InsertTooLate, match="too late"):
        writer.write(rows, (), system_clock() - 1)
    assert ids(warehouse) == []
    writer.write(rows, (), system_clock() + MINUTE_MS)
    assert ids(warehouse) == ["a", "b"]
    (row,) = warehouse.rows("SELECT user_id, properties FROM events WHERE event_id = 'a'")
    assert row == {"user_id": "u'1\\", "properties": '{"x":"ž"}'}


@pytest.mark.parametrize("warehouse_settings", ["server"], indirect=True)
def test_the_same_rows_are_stored_once_whether_the_insert_has_an_end_or_not(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    rows = [event(event_id="a"), event(event_id="b")]
    writer.write(rows, (), system_clock() + MINUTE_MS)
    writer.write(rows, (), system_clock() + MINUTE_MS)
    writer.write(rows)
    assert ids(warehouse) == ["a", "b"]


@both_rungs
def test_what_is_stored_already_is_complete(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    rows = [event(event_id="a"), event(event_id="b")]
    writer.write(rows)
    assert writer.complete(rows) == 0
    assert writer.complete([]) == 0
    assert ids(warehouse) == ["a", "b"]


@both_rungs
def test_an_insert_is_on_disk_before_it_is_answered(warehouse: Warehouse) -> None:
    def syncs() -> dict[str, int]:
        found = warehouse.rows("SELECT event, value FROM system.events WHERE event IN ('FileSync', 'DirectorySync')")
        return {row["event"]: row["value"] for row in found}

    before = syncs()
    EventWriter(warehouse).write([event(event_id="a")])
    after = syncs()
    assert after["FileSync"] > before.get("FileSync", 0)
    assert after["DirectorySync"] > before.get("DirectorySync", 0)


@pytest.mark.parametrize("table", ["events", "sessions", "identity_links", "session_hours"])
@pytest.mark.parametrize("warehouse_settings", ["embedded"], indirect=True)
def test_every_table_that_the_processor_writes_asks_for_that(warehouse: Warehouse, table: str) -> None:
    (row,) = warehouse.rows(f"SHOW CREATE TABLE {table}")
    assert "fsync_after_insert = 1, fsync_part_directory = 1" in next(iter(row.values()))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ClickHouseProcess]:
    """A ClickHouse of the test's own."""
    process = ClickHouseProcess(tmp_path / "clickhouse")
    process.start()
    yield process
    process.kill()


def killed_between_token_and_rows(server: ClickHouseProcess) -> None:
    """ClickHouse writes an insert's token down before its rows: what a kill between the two leaves."""
    server.kill()
    parts = [
        path.parent
        for path in server.path.glob("store/*/*/*/columns.txt")
        if "event_uuid" in path.read_text() and path.parent.name.endswith("_0")
    ]
    assert parts
    for part in parts:
        shutil.rmtree(part)
    server.start()


def test_a_token_that_a_killed_server_kept_without_its_rows_loses_nothing(
    server: ClickHouseProcess, tmp_path: Path
) -> None:
    settings = msgspec.structs.replace(server.settings, database="hatua")
    with Warehouse.open(settings) as warehouse:
        apply_migrations(warehouse)
        pipeline = Pipeline(tmp_path, warehouse)
        pipeline.append(*(raw_event(f"e{n}", session_id="s") for n in range(5)))

        class Dying(WrappedReader):
            def acknowledge(self, positions: object) -> None:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            pipeline.processor(reader=Dying(pipeline.reader())).run_once()
        assert len(ids(warehouse)) == 5
        killed_between_token_and_rows(server)
        assert ids(warehouse) == []

        pipeline.drain()

        assert ids(warehouse) == [f"e{n}" for n in range(5)]
        (session,) = pipeline.sessions()
        assert session["events"] == 5
        assert pipeline.waiting() == 0
        pipeline.close()


class Zombie(WrappedReader):
    """A reader whose events another takes over and stores while this one stands still before its insert."""

    def __init__(self, reader: LogReader, pipeline: Pipeline) -> None:
        super().__init__(reader)
        self._pipeline = pipeline
        self.stood_still = False

    def owned_until(self, positions: object) -> int:
        if not self.stood_still:
            self.stood_still = True
            heir = self._pipeline.log.reader("heir")
            taken = heir.claim_stale(0, 1_000)
            self._pipeline.processor(reader=Given(heir, taken)).run_once()
        return self._reader.owned_until(positions)  # type: ignore[arg-type]


class Given(WrappedReader):
    """A reader with a first batch that is known."""

    def __init__(self, reader: LogReader, batch: list[Delivery]) -> None:
        super().__init__(reader)
        self._batch = batch

    def read(self, max_events: int, block_ms: int) -> list[Delivery]:
        batch, self._batch = self._batch, []
        return batch


def test_a_processor_that_slept_while_another_took_its_batch_over_stores_nothing_twice(pipeline: Pipeline) -> None:
    events: list[RawEvent] = [raw_event(f"e{n}", timestamp=pipeline.now - n) for n in range(20)]
    pipeline.append(*events)
    zombie = Zombie(pipeline.log.reader("zombie"), pipeline)
    sleeper = pipeline.processor(reader=zombie)
    assert sleeper.run_once() == 0
    assert zombie.stood_still
    while sleeper.run_once():
        pass
    assert sorted(ids(pipeline.warehouse)) == sorted(one.event_id for one in events)
    (session,) = pipeline.sessions()
    assert session["events"] == 20
    assert pipeline.waiting() == 0
