"""Retention by each row's own days: past it, ClickHouse deletes the row with its next merge."""

import time
from collections.abc import Sequence

from hatua.base.clock import system_clock
from hatua.warehouse.client import Warehouse
from hatua.warehouse.retention import set_retention
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import event
from tests.fixtures.warehouse import both_rungs

DAY = 86_400_000
PATIENCE_S = 60

pytestmark = both_rungs


def merge(warehouse: Warehouse) -> None:
    """What ClickHouse does by itself within hours."""
    for table in ("events", "sessions"):
        warehouse.execute(f"OPTIMIZE TABLE {table} FINAL")


def kept(warehouse: Warehouse) -> list[str]:
    rows = warehouse.rows("SELECT event_id FROM events ORDER BY event_id")
    assert [
        row["session_id"] for row in warehouse.rows("SELECT session_id FROM sessions FINAL ORDER BY session_id")
    ] == [row["event_id"] for row in rows]
    return [row["event_id"] for row in rows]


def write(warehouse: Warehouse, ages: Sequence[tuple[str, str, int, int]]) -> None:
    """(name, project, age in days, retention in days)"""
    now = system_clock()
    EventWriter(warehouse).write(
        [
            event(event_id=name, session_id=name, project_id=project, timestamp=now - age * DAY, retention_days=days)
            for name, project, age, days in ages
        ]
    )


def test_a_row_goes_after_its_own_days_and_never_with_0(warehouse: Warehouse) -> None:
    write(
        warehouse,
        [
            ("a-expired", "p", 9, 7),
            ("b-fresh", "p", 5, 7),
            ("c-for-ever", "p", 9_000, 0),
            ("d-longest", "p", 9_000, 65_535),
            ("e-two-years", "q", 729, 730),
            ("f-over-two-years", "q", 732, 730),
        ],
    )
    merge(warehouse)

    assert kept(warehouse) == ["b-fresh", "c-for-ever", "d-longest", "e-two-years"]


def test_another_retention_counts_for_what_is_already_stored_of_that_project_only(warehouse: Warehouse) -> None:
    write(warehouse, [("a-old", "p", 90, 0), ("b-young", "p", 3, 0), ("c-other", "q", 90, 0)])

    set_retention(warehouse, "p", 30)

    deadline = time.monotonic() + PATIENCE_S
    pending = "SELECT count() AS n FROM system.mutations WHERE database = currentDatabase() AND NOT is_done"
    while warehouse.rows(pending)[0]["n"]:
        assert time.monotonic() < deadline, f"the mutation was not done within {PATIENCE_S} s"
    merge(warehouse)
    assert kept(warehouse) == ["b-young", "c-other"]
