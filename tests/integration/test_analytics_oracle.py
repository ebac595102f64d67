"""Every kind of question on hundreds of random small histories, against the brute-force second source."""

import os
from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any, get_args

import msgspec
import pytest

from hatua.analytics import breakdown, dimension_values, events_list, heatmap, measure, overview, sessions, timeseries
from hatua.analytics.measure_shapes import MeasureQuestion
from hatua.analytics.question import ProjectQuestion, read
from hatua.analytics.session_shapes import SessionQuestion, SessionsQuestion
from hatua.analytics.shapes import (
    Breakdown,
    BreakdownQuestion,
    CellMetric,
    DimensionValuesQuestion,
    EventsQuestion,
    HeatmapQuestion,
    Metric,
    Overview,
    OverviewQuestion,
    RowMetric,
    Timeseries,
    TimeseriesQuestion,
)
from hatua.warehouse.client import Warehouse
from tests.oracle import calendar, measures, numbers
from tests.oracle import sessions as oracle_sessions
from tests.oracle.compare import agree, store
from tests.oracle.generate import DIMENSIONS, generate_filters, generate_history, generate_range, iso
from tests.oracle.history import History

QUICK = int(os.environ.get("HATUA_TEST_HISTORIES", "20"))
ALL = 3_000

Question = dict[str, Any]
GOALS = ("return_filed", "click", "page_view")


def as_read(kind: type[ProjectQuestion], question: Question, project: str = "-") -> Any:
    return read(kind, {**question, "project": project})


def plain(answer: Any) -> Any:
    return msgspec.to_builtins(answer)


def ask_overview(warehouse: Warehouse, project: str, question: Question) -> Any:
    return told_overview(overview.answer(warehouse, as_read(OverviewQuestion, question, project)))


def told_overview(answer: Overview) -> Any:
    now = {metric: pair.value for metric, pair in answer.metrics.items()}
    then = {metric: pair.previous for metric, pair in answer.metrics.items()}
    return now, then if answer.previous_range else None


def expect_overview(history: History, question: Question) -> Any:
    return numbers.overview(history, as_read(OverviewQuestion, question))


def now_of(question: Question) -> int:
    """Noon of the last day asked for: some buckets are over, some are not."""
    return calendar.day_start(date.fromisoformat(question["to"]), question["tz"]) + 12 * 3_600_000


def ask_timeseries(warehouse: Warehouse, project: str, question: Question) -> Any:
    asked = as_read(TimeseriesQuestion, question, project)
    return told_timeseries(timeseries.answer(warehouse, asked, now_of(question)))


def told_timeseries(answer: Timeseries) -> Any:
    return {
        series.metric: (
            [(point.bucket, point.value, point.incomplete) for point in series.points],
            None
            if series.previous is None
            else [(point.bucket, point.value, point.incomplete) for point in series.previous],
        )
        for series in answer.series
    }


def expect_timeseries(history: History, question: Question) -> Any:
    return numbers.timeseries(history, as_read(TimeseriesQuestion, question), now_of(question))


ROW = ("visitors", "sessions", "pageviews", "events", "bounce_rate", "conversion_rate")
REST = ("visitors", "sessions", "pageviews", "events")


def ask_breakdown(warehouse: Warehouse, project: str, question: Question) -> Any:
    return told_breakdown(breakdown.answer(warehouse, as_read(BreakdownQuestion, question, project)))


def told_breakdown(answer: Breakdown) -> Any:
    rows = [(row.value, [getattr(row, name) for name in ROW]) for row in answer.rows]
    other = None if answer.other is None else [getattr(answer.other, name) for name in REST]
    return rows, answer.total_rows, other


def expect_breakdown(history: History, question: Question) -> Any:
    rows, total, other = numbers.breakdown(history, as_read(BreakdownQuestion, question))
    return (
        [(value, [counts[name] for name in ROW]) for value, counts in rows],
        total,
        None if other is None else [other[name] for name in REST],
    )


def ask_heatmap(warehouse: Warehouse, project: str, question: Question) -> Any:
    return heatmap.answer(warehouse, as_read(HeatmapQuestion, question, project)).cells


def expect_heatmap(history: History, question: Question) -> Any:
    return numbers.heatmap(history, as_read(HeatmapQuestion, question))


def ask_values(warehouse: Warehouse, project: str, question: Question) -> Any:
    answer = dimension_values.answer(warehouse, as_read(DimensionValuesQuestion, question, project))
    return [(each.value, each.events) for each in answer.values]


def expect_values(history: History, question: Question) -> Any:
    return numbers.dimension_values(history, as_read(DimensionValuesQuestion, question))


def ask_events(warehouse: Warehouse, project: str, question: Question) -> Any:
    """Every page, to the end."""
    found: list[tuple[str, str]] = []
    cursor = ""
    while True:
        page = events_list.answer(warehouse, as_read(EventsQuestion, {**question, "cursor": cursor}, project))
        found += [(event.event_id, event.person) for event in page.events]
        if page.next_cursor is None:
            return found
        cursor = page.next_cursor


def expect_events(history: History, question: Question) -> Any:
    asked = as_read(EventsQuestion, question)
    start, end = calendar.days_range(*numbers.days_of(asked), asked.tz)
    by_id = {event.event_id: event for event in history.events}
    listed = [by_id[event_id] for event_id in numbers.newest_first(history, start, end, asked.filters)]
    return [(event.event_id, history.person(event)) for event in listed if asked.event_name in ("", event.event_name)]


def ask_sessions(warehouse: Warehouse, project: str, question: Question) -> Any:
    """Every page, to the end; of the first session also its timeline, page by page."""
    found: list[Any] = []
    totals: set[int] = set()
    cursor = ""
    while True:
        asked = as_read(SessionsQuestion, {**question, "cursor": cursor}, project)
        page = sessions.answer(warehouse, asked)
        found += page.sessions
        totals.add(page.total)
        if page.next_cursor is None:
            assert totals == {len(found)}
            break
        cursor = page.next_cursor
    rows = [{name: getattr(one, name) for name in SESSION} for one in found]
    if not found:
        return rows, []
    assert found[0].person == found[0].persons[0]
    return rows, _timeline(warehouse, project, found[0])


def _timeline(warehouse: Warehouse, project: str, expected: Any) -> list[str]:
    events: list[str] = []
    cursor = ""
    while True:
        asked = SessionQuestion(project=project, session_id=expected.session_id, limit=2, cursor=cursor)
        page = sessions.timeline(warehouse, asked)
        assert page.session == expected
        events += [event.event_id for event in page.events]
        if page.next_cursor is None:
            return events
        cursor = page.next_cursor


SESSION = (
    "session_id",
    "persons",
    "started_at",
    "duration_s",
    "events",
    "pageviews",
    "entry_page",
    "exit_page",
    "country_code",
    "device_type",
    "channel",
    "referrer_host",
    "utm_source",
    "bounced",
    "converted",
)


def expect_sessions(history: History, question: Question) -> Any:
    rows = oracle_sessions.listed(history, as_read(SessionsQuestion, question))
    timeline = oracle_sessions.timeline(history, rows[0]["session_id"]) if rows else []
    return [{**row, "started_at": iso(row["started_at"])} for row in rows], timeline


def ask_measure(warehouse: Warehouse, project: str, question: Question) -> Any:
    answer = measure.answer(warehouse, as_read(MeasureQuestion, question, project))
    return [msgspec.structs.astuple(each) for each in answer.rows], answer.total_rows


def expect_measure(history: History, question: Question) -> Any:
    asked = as_read(MeasureQuestion, question)
    rows = measures.measure(history, asked)
    return rows[: asked.limit], len(rows)


def searched(random: Random) -> Question:
    return {
        "search": random.choice(("S1", "/MRI", "u", "U2", "u1", "a")),
        "search_in": random.choice(("all", "all", "all", "visit")),
        "bounced": random.choice((None, None, None, True)),
    }


def narrowed(random: Random) -> Question:
    return {
        "person": random.choice(("", "", "u1", "a1", "a3")),
        "bounced": random.choice((None, None, True, False)),
        "weekday": random.choice((None, None, None, 1, 5, 7)),
        "hour": random.choice((None, None, None, 0, 23)),
        "search": random.choice(("", "", "", "S1")),
    }


Make = Callable[[Random], Question]
KINDS: dict[str, tuple[Callable[..., Any], Callable[..., Any], Make]] = {
    "overview": (
        ask_overview,
        expect_overview,
        lambda random: {"compare": random.choice(("none", "previous", "year")), "goal": random.choice(GOALS)},
    ),
    "timeseries": (
        ask_timeseries,
        expect_timeseries,
        lambda random: {
            "metrics": random.sample(get_args(Metric), random.randint(1, 4)),
            "interval": random.choice(("hour", "day", "week", "month")),
            "compare": random.choice(("none", "previous", "year")),
            "goal": random.choice(GOALS),
        },
    ),
    "breakdown": (
        ask_breakdown,
        expect_breakdown,
        lambda random: {
            "dimension": random.choice(DIMENSIONS),
            "order": random.choice(get_args(RowMetric)),
            "limit": random.randint(1, 4),
            "offset": random.choice((0, 0, 1)),
            "goal": random.choice(GOALS),
        },
    ),
    "measure": (
        ask_measure,
        expect_measure,
        lambda random: {
            "number": random.choice(("property:k", "property:k", "property:n", None)),
            "per": random.choice(("person", "session", "property:k")),
            "event": random.choice(([], [], [{"event": "page_view"}, {"event": "click", "path": "/mri"}])),
            "limit": random.choice((2, 100)),
            **random.choice(({}, {"interval": "hour"}, {"interval": "week"}, {"dimension": random.choice(DIMENSIONS)})),
        },
    ),
    "heatmap": (ask_heatmap, expect_heatmap, lambda random: {"metric": random.choice(get_args(CellMetric))}),
    "values": (
        ask_values,
        expect_values,
        lambda random: {
            "dimension": random.choice(DIMENSIONS),
            "search": random.choice(("", "O", "/m", "É")),
            "limit": random.randint(1, 5),
        },
    ),
    "events": (
        ask_events,
        expect_events,
        lambda random: {
            "limit": random.randint(1, 6),
            "event_name": random.choice(("", "", "page_view", "nothing")),
        },
    ),
    "sessions": (
        ask_sessions,
        expect_sessions,
        lambda random: {"limit": random.randint(1, 3), **random.choice((searched, narrowed))(random)},
    ),
}


def generate_question(random: Random, zone: str, day: date, make: Make) -> Question:
    return {**generate_range(random, day, zone), "filters": generate_filters(random), **make(random)}


def run(warehouse: Warehouse, seed: str, histories: int) -> None:
    random = Random(seed)
    made = [(name, *generate_history(random, name)) for name in (f"{seed}-{n}" for n in range(histories))]
    store(warehouse, [(project, history) for project, history, _, _ in made])
    ask, expect, make = KINDS[seed.partition("-")[0]]
    for project, history, zone, day in made:
        agree(warehouse, project, history, generate_question(random, zone, day, make), ask, expect)


@pytest.mark.parametrize("kind", KINDS)
def test_both_sources_agree(warehouse: Warehouse, kind: str) -> None:
    run(warehouse, f"{kind}-quick", QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_both_sources_agree_on_thousands_of_histories(warehouse: Warehouse, kind: str) -> None:
    for batch in range(ALL // 500):
        run(warehouse, f"{kind}-{batch}", 500)
