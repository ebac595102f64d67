"""EventWriter against the real engine: same rows twice are the same rows; sessions always equal their events."""

from hatua.warehouse.client import Warehouse
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import NOON, event
from tests.fixtures.warehouse import both_rungs

pytestmark = both_rungs


def test_writing_the_same_rows_twice_stores_them_once(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    rows = [event(timestamp=NOON + n) for n in range(20)]

    writer.write(rows, [])
    writer.write(rows, [])

    assert warehouse.rows("SELECT count() AS events, uniqExact(event_id) AS ids FROM events") == [
        {"events": 20, "ids": 20}
    ]
