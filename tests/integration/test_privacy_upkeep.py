"""Retention that is changed reaches what is stored, expired events are counted, and old salts go."""

import threading
import time
from pathlib import Path

import pytest

from hatua.contract.ledger import join
from hatua.contract.record import LedgerRow
from hatua.privacy.upkeep import Upkeep
from hatua.registry.store import Registry
from hatua.warehouse.client import Warehouse
from hatua.warehouse.ledger import counts_by_minute
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import event
from tests.fixtures.warehouse import both_rungs

DAY = 86_400_000
NOW = time.time_ns() // 1_000_000 // DAY * DAY + DAY // 2
MINUTE = NOW // 60_000

pytestmark = both_rungs


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry.open(str(tmp_path / "registry.db"), clock=lambda: NOW)


def stored(warehouse: Warehouse) -> list[str]:
    return [row["event_id"] for row in warehouse.rows("SELECT event_id FROM events ORDER BY event_id")]


def fill(warehouse: Warehouse, project: str, ages: dict[str, int], *, days: int = 730) -> None:
    EventWriter(warehouse).write(
        [
            event(
                project_id=project,
                event_id=name,
                session_id=name,
                timestamp=NOW - age * DAY,
                received_at=NOW,
                retention_days=days,
            )
            for name, age in ages.items()
        ]
    )


def ledger(warehouse: Warehouse, project: str, received: int) -> tuple[int, int, int]:
    """stored, erased, gap of the minute in which everything was received."""
    log = [LedgerRow(project, MINUTE, received, 0, {}, 0, 0)]
    [line] = join(log, counts_by_minute(warehouse, project, MINUTE * 60_000, (MINUTE + 1) * 60_000))
    return line.stored, line.erased, line.gap


def test_a_shorter_retention_deletes_what_is_too_old_now_and_the_ledger_counts_it(
    warehouse: Warehouse, registry: Registry
) -> None:
    project = registry.create_project("Tax").id
    other = registry.create_project("Other").id
    fill(warehouse, project, {"a-today": 0, "b-29": 29, "c-30": 30, "d-400": 400})
    fill(warehouse, other, {"e-400": 400})
    registry.change_project(project, {"retention_days": 30})

    upkeep = Upkeep(registry, warehouse, lambda: NOW)
    upkeep.run_once()

    assert stored(warehouse) == ["a-today", "b-29", "e-400"]
    assert ledger(warehouse, project, 4) == (2, 2, 0)
    deadline = time.monotonic() + 30
    while {
        row["retention_days"]
        for row in warehouse.rows(f"SELECT retention_days FROM events WHERE project_id = '{project}'")
    } != {30}:
        assert time.monotonic() < deadline
        upkeep.run_once()
    assert ledger(warehouse, project, 4) == (2, 2, 0)


def test_a_longer_retention_keeps_what_is_stored_from_then_on(warehouse: Warehouse, registry: Registry) -> None:
    project = registry.create_project("Tax").id
    registry.change_project(project, {"retention_days": 0})
    fill(warehouse, project, {"a-8": 8}, days=10)
    upkeep = Upkeep(registry, warehouse, lambda: NOW)
    deadline = time.monotonic() + 30
    while [row["retention_days"] for row in warehouse.rows("SELECT retention_days FROM events")] != [0]:
        assert time.monotonic() < deadline
        upkeep.run_once()
    assert stored(warehouse) == ["a-8"]


def test_events_whose_days_are_over_are_counted_before_they_are_deleted(
    warehouse: Warehouse, registry: Registry
) -> None:
    project = registry.create_project("Tax").id
    registry.change_project(project, {"retention_days": 30})
    fill(warehouse, project, {"a-28": 28, "b-29": 29}, days=30)

    def tomorrow() -> int:
        return NOW + DAY

    Upkeep(registry, warehouse, tomorrow).run_once()
    assert stored(warehouse) == ["a-28"]
    assert ledger(warehouse, project, 2) == (1, 1, 0)
    Upkeep(registry, warehouse, tomorrow).run_once()
    assert ledger(warehouse, project, 2) == (1, 1, 0)


def test_what_was_received_before_the_ledger_begins_is_deleted_without_a_note(
    warehouse: Warehouse, registry: Registry
) -> None:
    project = registry.create_project("Tax").id
    registry.change_project(project, {"retention_days": 60})
    old = NOW - 80 * DAY
    EventWriter(warehouse).write(
        [event(project_id=project, event_id="old", timestamp=old, received_at=old, retention_days=730)]
    )
    Upkeep(registry, warehouse, lambda: NOW).run_once()
    assert stored(warehouse) == []
    assert warehouse.rows("SELECT count() AS n FROM erased")[0]["n"] == 0


def test_old_salts_go_without_anybody_asking_for_a_new_one(warehouse: Warehouse, tmp_path: Path) -> None:
    now = [NOW]
    registry = Registry.open(str(tmp_path / "salts.db"), clock=lambda: now[0])
    registry.daily_salt(NOW // DAY)
    now[0] += 2 * DAY
    Upkeep(registry, warehouse, lambda: now[0]).run_once()
    assert registry.drop_old_salts() == 0
    with pytest.raises(LookupError):
        registry.daily_salt(NOW // DAY)


def test_it_goes_on_after_a_store_was_away_and_ends_when_asked(
    warehouse: Warehouse, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = threading.Semaphore(0)

    def fails() -> int:
        tried.release()
        raise RuntimeError("away")

    monkeypatch.setattr(registry, "drop_old_salts", fails)
    stop = threading.Event()
    thread = threading.Thread(target=Upkeep(registry, warehouse, lambda: NOW).run, args=(stop, 0.01))
    thread.start()
    assert tried.acquire(timeout=10)
    assert tried.acquire(timeout=10)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
