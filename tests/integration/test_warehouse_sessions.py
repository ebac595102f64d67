"""Sessions always equal their events, however the writes were split, ordered, repeated or broken off."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hatua.warehouse import rebuild
from hatua.warehouse.client import Warehouse
from hatua.warehouse.rows import EventRow
from hatua.warehouse.writer import EventWriter, event_table, hour_table, refresh_sql
from tests.fixtures.events import NOON, event
from tests.fixtures.warehouse import both_rungs

HOUR = 3_600_000
DAY = 24 * HOUR
MIDNIGHT = NOON + 12 * HOUR


def sessions(warehouse: Warehouse, *columns: str) -> list[dict[str, Any]]:
    named = ", ".join(columns or ("session_id", "started_at", "ended_at", "events"))
    return warehouse.rows(f"SELECT {named} FROM sessions FINAL ORDER BY project_id, session_id")


def at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


@both_rungs
def test_a_session_tells_its_first_and_last_event(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write(
        [
            event(event_id="b", timestamp=NOON + 5, page_path="/b", utm_source="late", country_code="UG"),
            event(event_id="a", timestamp=NOON, page_path="/a", utm_source="sms", country_code="KE", user_id="u1"),
            event(event_id="c", timestamp=NOON + 9, event_name="heartbeat", event_type="track", page_path="/c"),
            event(event_id="d", timestamp=NOON + 10, event_name="click", event_type="track", page_path="/d"),
        ]
    )

    (found,) = warehouse.rows("SELECT * FROM sessions FINAL")
    expected = {
        "tenant_id": "t",
        "started_at": at(NOON),
        "ended_at": at(NOON + 10),
        "events": 4,
        "pageviews": 2,
        "non_heartbeat_events": 3,
        "entry_page": "/a",
        "exit_page": "/b",
        "utm_source": "sms",
        "country_code": "KE",
        "user_ids": ["u1"],
        "anonymous_ids": ["a1"],
        "first_event_id": "a",
    }
    assert {name: found[name] for name in expected} == expected


@both_rungs
def test_a_session_tells_its_pages_its_event_names_and_its_quarters_of_an_hour(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write(
        [
            event(event_id="a", timestamp=NOON, page_path="/b"),
            event(event_id="b", timestamp=NOON + 899_999, page_path="/a", event_name="click", event_type="track"),
            event(event_id="c", timestamp=NOON + 900_000, page_path="/b", event_name="click", event_type="track"),
            event(event_id="d", timestamp=NOON + 2 * HOUR, page_path="/b"),
        ]
    )

    (found,) = warehouse.rows("SELECT *, session_key, user_keys, anonymous_keys FROM sessions FINAL")
    noon = NOON // 900_000
    expected = {
        "pages": ["/a", "/b"],
        "page_events": [1, 3],
        "page_views": [0, 2],
        "names": ["click", "page_view"],
        "name_events": [2, 2],
        "name_views": [0, 2],
        "quarters": [noon, noon + 1, noon + 8],
        "quarter_events": [2, 1, 1],
        "quarter_views": [1, 0, 1],
        "user_keys": [],
        "anonymous_keys": [warehouse.rows("SELECT cityHash64('a1') AS key")[0]["key"]],
    }
    assert {name: found[name] for name in expected} == expected


@both_rungs
def test_a_session_too_long_to_be_told_leaves_that_to_its_events(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    told = ("events", "length(pages) AS pages", "length(names) AS names", "length(quarters) AS quarters")
    writer.write([event(event_id=f"e{n}", page_path=f"/{n}") for n in range(999)])
    assert sessions(warehouse, *told) == [{"events": 999, "pages": 999, "names": 1, "quarters": 1}]

    writer.write([event(event_id="one more")])
    assert sessions(warehouse, *told) == [{"events": 1_000, "pages": 0, "names": 0, "quarters": 0}]


@both_rungs
def test_of_events_at_one_time_the_lowest_seq_is_first_then_the_lowest_id(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write(
        [
            event(event_id="a", seq=2, page_path="/a"),
            event(event_id="c", seq=1, page_path="/c"),
            event(event_id="b", seq=1, page_path="/b"),
        ]
    )

    assert sessions(warehouse, "first_event_id", "entry_page", "exit_page") == [
        {"first_event_id": "b", "entry_page": "/b", "exit_page": "/a"}
    ]


@both_rungs
def test_a_session_across_midnight_is_one_session(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    writer.write([event(timestamp=MIDNIGHT - 1), event(timestamp=MIDNIGHT)])
    writer.write([event(timestamp=MIDNIGHT + 1)])

    assert sessions(warehouse) == [
        {"session_id": "s1", "started_at": at(MIDNIGHT - 1), "ended_at": at(MIDNIGHT + 1), "events": 3}
    ]


@both_rungs
@pytest.mark.parametrize("earlier", [1, HOUR, DAY, 40 * DAY, 3_000 * DAY])
def test_a_late_event_moves_the_start_and_leaves_no_second_session(warehouse: Warehouse, earlier: int) -> None:
    writer = EventWriter(warehouse)
    writer.write([event(timestamp=NOON, page_path="/later")])
    writer.write([event(timestamp=NOON - earlier, page_path="/earlier")])

    expected = [{"started_at": at(NOON - earlier), "ended_at": at(NOON), "events": 2, "entry_page": "/earlier"}]
    assert sessions(warehouse, "started_at", "ended_at", "events", "entry_page") == expected
    warehouse.execute("OPTIMIZE TABLE sessions FINAL")
    assert sessions(warehouse, "started_at", "ended_at", "events", "entry_page") == expected


@both_rungs
def test_a_writer_killed_before_the_sessions_is_completed_by_the_redelivery(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    writer.write([event(timestamp=NOON)])
    late = [event(timestamp=NOON - DAY), event(timestamp=NOON - DAY, session_id="s2")]
    warehouse.insert("session_hours", hour_table(late), "")
    warehouse.insert("events", event_table(late), "the insert that was the last thing it did")
    assert [row["session_id"] for row in sessions(warehouse)] == ["s1"]

    redelivered = [(row.project_id, row.event_id) for row in late]
    assert writer.already_stored(redelivered, NOON - DAY, NOON) == set(redelivered)
    writer.refresh_sessions((row.project_id, row.session_id) for row in late)

    assert sessions(warehouse) == [
        {"session_id": "s1", "started_at": at(NOON - DAY), "ended_at": at(NOON), "events": 2},
        {"session_id": "s2", "started_at": at(NOON - DAY), "ended_at": at(NOON - DAY), "events": 1},
    ]


@both_rungs
def test_of_two_racing_writers_the_one_that_saw_more_events_wins(warehouse: Warehouse) -> None:
    writer = EventWriter(warehouse)
    writer.write([event(timestamp=NOON)])
    warehouse.execute("CREATE TABLE slow_writer AS sessions")
    warehouse.execute("INSERT INTO slow_writer SELECT * FROM sessions")

    writer.write([event(timestamp=NOON + HOUR), event(timestamp=NOON - DAY)])
    warehouse.execute("INSERT INTO sessions SELECT * FROM slow_writer")

    assert sessions(warehouse) == [
        {"session_id": "s1", "started_at": at(NOON - DAY), "ended_at": at(NOON + HOUR), "events": 3}
    ]


@both_rungs
def test_one_session_id_in_two_projects_is_two_sessions(warehouse: Warehouse) -> None:
    EventWriter(warehouse).write([event(project_id="p"), event(project_id="q"), event(project_id="q")])

    assert sessions(warehouse, "project_id", "events") == [
        {"project_id": "p", "events": 1},
        {"project_id": "q", "events": 2},
    ]


@both_rungs
def test_refreshing_a_session_that_has_no_event_makes_none(warehouse: Warehouse) -> None:
    EventWriter(warehouse).refresh_sessions([("p", "nobody"), ("p", "")])

    assert sessions(warehouse) == []


def test_a_refresh_reads_only_the_hours_of_the_touched_sessions(warehouse: Warehouse) -> None:
    warehouse.execute(
        "INSERT INTO events (project_id, session_id, timestamp) SELECT 'p', toString(intDiv(number, 10)), "
        "toDateTime64('2026-03-13 00:00:00', 3, 'UTC') + intDiv(number, 2) FROM numbers(200000)"
    )
    warehouse.execute(
        "INSERT INTO session_hours (project_id, session_id, hour) "
        "SELECT DISTINCT project_id, session_id, toStartOfHour(timestamp) FROM events"
    )

    chosen = "SELECT arrayJoin({sessions:Array(Tuple(String, String))})"
    refresh = refresh_sql(chosen).split("INSERT INTO sessions")[1]
    asked = {"sessions": [("p", "7000")]}
    assert warehouse.rows(f"EXPLAIN ESTIMATE {refresh}", asked)[0]["marks"] == 1

    hours = refresh.split("IN\n    (")[1].split("    )\n    GROUP BY")[0]
    assert warehouse.rows(f"EXPLAIN ESTIMATE {hours}", asked)[0]["rows"] <= 512


@both_rungs
def test_sessions_can_be_rebuilt_from_events_alone(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "_EVENTS_AT_ONCE", 7)
    rows = [event(session_id=f"s{n % 7}", project_id="pq"[n % 2], timestamp=NOON + n * HOUR) for n in range(60)]
    warehouse.insert("events", event_table(rows), "restored")

    assert rebuild.rebuild_sessions(warehouse) == 14
    assert rebuild.rebuild_sessions(warehouse) == 14

    assert sessions(warehouse, *oracle(rows)[0]) == oracle(rows)


def oracle(rows: Sequence[EventRow]) -> list[dict[str, Any]]:
    """Sessions by brute force."""
    by_session = defaultdict(list)
    for row in {row.event_id: row for row in rows}.values():
        by_session[row.project_id, row.session_id].append(row)
    found = []
    for (project, session), events in sorted(by_session.items()):
        events.sort(key=lambda row: (row.timestamp, row.seq, row.event_id))
        pages = [row.page_path for row in events if row.event_type == "page" or row.event_name == "page_view"]
        found.append(
            {
                "project_id": project,
                "session_id": session,
                "started_at": at(events[0].timestamp),
                "ended_at": at(events[-1].timestamp),
                "events": len(events),
                "pageviews": len(pages),
                "non_heartbeat_events": sum(row.event_name != "heartbeat" for row in events),
                "entry_page": pages[0] if pages else "",
                "exit_page": pages[-1] if pages else "",
                "first_event_id": events[0].event_id,
                "user_ids": sorted({row.user_id for row in events if row.user_id}),
                "anonymous_ids": sorted({row.anonymous_id for row in events if not row.user_id}),
            }
        )
    return found


histories = st.lists(
    st.builds(
        event,
        project_id=st.sampled_from(("p", "q")),
        session_id=st.sampled_from(("s1", "s2")),
        anonymous_id=st.sampled_from(("a1", "a2")),
        user_id=st.sampled_from(("", "", "u1", "u2")),
        event_name=st.sampled_from(("page_view", "click", "heartbeat")),
        event_type=st.just("track"),
        timestamp=st.sampled_from((0, 1, HOUR, 12 * HOUR, 13 * HOUR, 36 * HOUR, 30 * DAY)).map(lambda ms: NOON - ms),
        seq=st.integers(0, 1),
        page_path=st.sampled_from(("/a", "/b")),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=histories, data=st.data())
def test_sessions_equal_their_events_however_the_writes_are_cut_ordered_and_repeated(
    warehouse: Warehouse, rows: list[EventRow], data: st.DataObject
) -> None:
    warehouse.execute("TRUNCATE TABLE events")
    warehouse.execute("TRUNCATE TABLE sessions")
    named = [msgspec.structs.replace(row, event_id=f"{n}-{row.event_id}") for n, row in enumerate(rows)]
    order = data.draw(st.permutations(named))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(order)), max_size=3)) | {len(order)})
    batches = [order[start:end] for start, end in zip([0, *cuts], cuts, strict=False) if end > start]
    writer = EventWriter(warehouse)

    for batch in [*batches, *data.draw(st.lists(st.sampled_from(batches), max_size=2))]:
        writer.write(batch)

    assert sessions(warehouse, *oracle(named)[0]) == oracle(named)
