"""Overview, series, breakdowns, heat map, values and events by brute force."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from hatua.analytics.question import Filter
from hatua.analytics.shapes import (
    BreakdownQuestion,
    DimensionValuesQuestion,
    HeatmapQuestion,
    OverviewQuestion,
    TimeseriesQuestion,
)
from hatua.warehouse.rows import EventRow
from tests.oracle import calendar
from tests.oracle.history import History, Visit, is_page_view, order, passes

Numbers = dict[str, float | int | None]
Chosen = Callable[[int, int], list[EventRow]]


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def numbers(
    history: History,
    events: list[EventRow],
    everything: list[EventRow],
    goal: str,
    entered: Callable[[Visit], bool] = lambda visit: True,
) -> Numbers:
    """All metrics of a selection of events. `everything`: all events of the range, in which the goal is looked for.
    `entered`: which visits the bounce rate is over."""
    persons = history.persons(events)
    users = {history.person(event) for event in events if history.is_known(event)}
    visits = [history.visits[session] for session in {event.session_id for event in events}]
    reached = {history.person(event) for event in everything if event.event_name == goal}
    pageviews = len([event for event in events if is_page_view(event)])
    entries = [visit for visit in visits if entered(visit)]
    return {
        "visitors": len(persons),
        "users": len(users),
        "anonymous": len(persons - users),
        "sessions": len(visits),
        "pageviews": pageviews,
        "events": len(events),
        "views_per_session": share(pageviews, len(visits)),
        "duration_mean_s": statistics.fmean(visit.seconds for visit in visits) if visits else None,
        "duration_median_s": statistics.median(visit.seconds for visit in visits) if visits else None,
        "bounce_rate": share(len([visit for visit in entries if visit.bounced]), len(entries)),
        "conversion_rate": share(len(persons & reached), len(persons)),
        "conversions": len(persons & reached),
    }


def entered_by(filters: Sequence[Filter]) -> Callable[[Visit], bool]:
    """With page filters, bounces are over the visits that entered there."""
    of_pages = [one for one in filters if one.dimension == "page_path" and one.scope != "visit"]
    return lambda visit: all(passes(one, visit.entry_page) for one in of_pages)


def days_of(question: Any) -> tuple[date, date]:
    return date.fromisoformat(question.from_), date.fromisoformat(question.to)


def overview(history: History, question: OverviewQuestion) -> tuple[Numbers, Numbers | None]:
    first, last = days_of(question)

    def of(one: date, other: date) -> Numbers:
        start, end = calendar.days_range(one, other, question.tz)
        chosen = history.chosen(start, end, question.filters)
        everything = history.between(start, end)
        return numbers(history, chosen, everything, question.goal, entered_by(question.filters))

    now = of(first, last)
    if question.compare == "none":
        return now, None
    if question.compare == "year":
        year_end = calendar.year_before(last + timedelta(days=1)) - timedelta(days=1)
        return now, of(calendar.year_before(first), year_end)
    length = last - first + timedelta(days=1)
    return now, of(first - length, first - timedelta(days=1))


Series = list[tuple[str, float | int | None, bool]]


def timeseries(history: History, question: TimeseriesQuestion, now_ms: int) -> dict[str, tuple[Series, Series | None]]:
    first, last = days_of(question)
    shown = calendar.widen(first, last, question.interval)
    now = _series(history, question, *shown, now_ms)
    then = None
    if question.compare == "year":
        year_end = calendar.year_before(last + timedelta(days=1)) - timedelta(days=1)
        then = _series(
            history, question, *calendar.widen(calendar.year_before(first), year_end, question.interval), now_ms
        )
    elif question.compare == "previous":
        start = shown[0]
        if question.interval == "month":
            month = shown[0]
            while month <= shown[1]:
                start = calendar.month_before(start)
                month = (month + timedelta(days=31)).replace(day=1)
        else:
            start -= shown[1] - shown[0] + timedelta(days=1)
        then = _series(history, question, start, shown[0] - timedelta(days=1), now_ms)
    return {metric: (now[metric], then[metric] if then else None) for metric in question.metrics}


def _series(history: History, question: TimeseriesQuestion, first: date, last: date, now_ms: int) -> dict[str, Series]:
    start, end = calendar.days_range(first, last, question.tz)
    found: dict[str, Series] = defaultdict(list)
    for label, from_ms, to_ms in calendar.buckets(start, end, question.interval, question.tz):
        chosen = history.chosen(from_ms, to_ms, question.filters)
        everything = history.between(from_ms, to_ms)
        values = numbers(history, chosen, everything, question.goal, entered_by(question.filters))
        for metric in question.metrics:
            found[metric].append((label, values[metric], to_ms > now_ms))
    return found


def breakdown(history: History, question: BreakdownQuestion) -> tuple[list[tuple[str, Numbers]], int, Numbers | None]:
    """(rows of the page, how many rows in all, the rest)."""
    start, end = calendar.days_range(*days_of(question), question.tz)
    everything = history.between(start, end)
    groups: dict[str, list[EventRow]] = defaultdict(list)
    for event in history.chosen(start, end, question.filters):
        groups[history.value(event, question.dimension)].append(event)
    if question.dimension.startswith("utm_"):
        groups.pop("", None)
    by_filters = entered_by(question.filters)

    def entered(value: str) -> Callable[[Visit], bool]:
        if question.dimension != "page_path":
            return by_filters
        return lambda visit: visit.entry_page == value and by_filters(visit)

    rows = [
        (value, numbers(history, events, everything, question.goal, entered(value))) for value, events in groups.items()
    ]

    def rank(row: tuple[str, Numbers]) -> tuple[float, str]:
        value = row[1][question.order]
        return (1.0 if value is None else -value, row[0])

    rows.sort(key=rank)
    end_row = question.offset + question.limit
    rest = [event for value, _ in rows[end_row:] for event in groups[value]]
    other = numbers(history, rest, everything, question.goal) if rest else None
    return rows[question.offset : end_row], len(rows), other


def heatmap(history: History, question: HeatmapQuestion) -> list[list[int]]:
    start, end = calendar.days_range(*days_of(question), question.tz)
    cells: list[list[set[str]]] = [[set() for _ in range(24)] for _ in range(7)]
    for event in history.chosen(start, end, question.filters):
        here = calendar.wall(event.timestamp, question.tz)
        counted = {
            "events": event.event_id,
            "visitors": history.person(event),
            "sessions": event.session_id,
        }[question.metric]
        cells[here.isoweekday() - 1][here.hour].add(counted)
    return [[len(cell) for cell in day] for day in cells]


def dimension_values(history: History, question: DimensionValuesQuestion) -> list[tuple[str, int]]:
    start, end = calendar.days_range(*days_of(question), question.tz)
    counts: dict[str, int] = defaultdict(int)
    for event in history.chosen(start, end, question.filters):
        value = history.value(event, question.dimension)
        if value and question.search.lower() in value.lower():
            counts[value] += 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[: question.limit]


def newest_first(history: History, start: int, end: int, filters: Sequence[Filter]) -> list[str]:
    return [event.event_id for event in sorted(history.chosen(start, end, filters), key=order, reverse=True)]
