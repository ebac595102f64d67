"""The warehouse's side of the ledger."""

from hatua.warehouse.client import Warehouse
from hatua.warehouse.ledger import StoredCount, counts_by_minute
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import NOON, event
from tests.fixtures.warehouse import both_rungs

MINUTE = 60_000

pytestmark = both_rungs


def test_stored_events_are_counted_by_the_minute_they_were_received_in(warehouse: Warehouse) -> None:
    received = [("p", 0), ("p", MINUTE - 1), ("p", MINUTE), ("q", MINUTE), ("p", 2 * MINUTE), ("p", -1)]
    rows = [event(project_id=project, timestamp=0, received_at=NOON + ms) for project, ms in received]
    writer = EventWriter(warehouse)
    writer.write(rows)
    writer.write(rows)
    first = NOON // MINUTE

    assert counts_by_minute(warehouse, None, NOON, NOON + 2 * MINUTE) == [
        StoredCount("p", first, 2),
        StoredCount("p", first + 1, 1),
        StoredCount("q", first + 1, 1),
    ]
    assert counts_by_minute(warehouse, "q", NOON, NOON + 2 * MINUTE) == [StoredCount("q", first + 1, 1)]
    assert counts_by_minute(warehouse, "r", NOON, NOON + 2 * MINUTE) == []
