"""What happens now: the last 30 minutes, and events as they become visible."""

from hatua.analytics import realtime
from hatua.analytics.live import OVERLAP_MS, LiveFeed
from hatua.analytics.shapes import RealtimeQuestion
from hatua.warehouse.client import Warehouse
from hatua.warehouse.writer import EventWriter
from tests.fixtures.events import NOON, event

MINUTE = 60_000


def test_people_now_are_those_of_the_last_five_minutes(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write(
        [
            event(event_id="now", timestamp=NOON, anonymous_id="a1", country_code="KE"),
            event(event_id="just", timestamp=NOON - 5 * MINUTE + 1, anonymous_id="a2", session_id="s2"),
            event(event_id="past", timestamp=NOON - 5 * MINUTE, anonymous_id="a3", session_id="s3", page_path="/mri"),
            event(event_id="gone", timestamp=NOON - 30 * MINUTE, anonymous_id="a4", session_id="s4"),
            event(event_id="theirs", timestamp=NOON, project_id="other", session_id="s5"),
        ]
    )
    found = realtime.answer(warehouse, RealtimeQuestion(project="p"), NOON)

    assert found.people_now == 2
    assert len(found.per_minute) == 30
    assert found.per_minute[-1].minute == "2026-03-13T12:00:00.000Z"
    assert [(each.people, each.events) for each in found.per_minute if each.events] == [(2, 2), (1, 1)]
    assert [(each.value, each.people) for each in found.top_pages] == [("/", 2), ("/mri", 1)]
    assert [(each.value, each.people) for each in found.countries] == [("KE", 1)]
    assert [each.event_id for each in found.recent] == ["now", "just", "past"]


def test_a_listener_gets_each_event_once_also_what_became_visible_late(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    feed = LiveFeed(warehouse, "p", NOON)
    writer.write([event(event_id="before", processed_at=NOON - 1), event(event_id="e2", processed_at=NOON + 200)])
    assert [each.event.event_id for each in feed.poll(NOON + 300)] == ["e2"]

    writer.write([event(event_id="e1", processed_at=NOON + 100), event(event_id="e3", processed_at=NOON + 400)])
    assert [each.event.event_id for each in feed.poll(NOON + 500)] == ["e1", "e3"]
    assert feed.poll(NOON + 600) == []

    later = NOON + 3 * OVERLAP_MS
    writer.write([event(event_id="e4", processed_at=later)])
    assert [each.event.event_id for each in feed.poll(later)] == ["e4"]
    assert feed.poll(later + 1) == []


def test_a_stream_that_broke_goes_on_after_its_cursor(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write([event(event_id=f"e{n}", processed_at=NOON + n) for n in range(4)])
    first = LiveFeed(warehouse, "p", NOON).poll(NOON + 10)
    again = LiveFeed(warehouse, "p", NOON, first[1].cursor).poll(NOON + 10)
    assert [each.event.event_id for each in again] == ["e2", "e3"]
