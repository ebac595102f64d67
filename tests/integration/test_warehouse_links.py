"""Identity links: the latest of a pair wins however often and in whatever order it is written; it can be undone."""

from typing import Any

from hatua.warehouse.client import Warehouse
from hatua.warehouse.rows import LinkRow, link_version
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import NOON
from tests.fixtures.warehouse import both_rungs

pytestmark = both_rungs


def link(linked_at: int = NOON, **fields: Any) -> LinkRow:
    row: dict[str, Any] = {
        "tenant_id": "t",
        "project_id": "p",
        "anonymous_id": "a",
        "user_id": "u",
        "linked_at": linked_at,
    }
    return LinkRow(**row | fields)


def links(warehouse: Warehouse) -> list[tuple[str, str, bool]]:
    rows = warehouse.rows("SELECT user_id, event_id, revoked FROM identity_links FINAL ORDER BY user_id")
    return [(row["user_id"], row["event_id"], row["revoked"]) for row in rows]


def test_of_one_pair_the_latest_link_is_kept_in_whatever_order_they_are_written(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    early, tie, late = link(event_id="early"), link(event_id="tie", seq=1), link(NOON + 1, event_id="late")

    writer.write([], [late, early])
    writer.write([], [tie])
    writer.write([], [early])

    assert links(warehouse) == [("u", "late", False)]


def test_one_anonymous_id_keeps_each_of_its_users(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write([], [link(user_id="u1"), link(NOON + 1, user_id="u2"), link(NOON + 2, user_id="u1")])

    assert links(warehouse) == [("u1", "", False), ("u2", "", False)]


def test_an_undone_link_stays_undone_when_its_event_is_redelivered_and_returns_with_a_later_one(
    warehouse: Warehouse,
) -> None:
    writer = EventWriter(warehouse)
    first = link(event_id="first")
    writer.write([], [first])

    writer.write([], [link(revoked=True, source="manual", event_id="undo", version=link_version(NOON + 1_000))])
    writer.write([], [first])
    assert links(warehouse) == [("u", "undo", True)]

    writer.write([], [link(NOON + 2_000, event_id="again")])
    assert links(warehouse) == [("u", "again", False)]
