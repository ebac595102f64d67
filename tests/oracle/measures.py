"""Numbers in properties, and actors, by brute force."""

import statistics
from collections import defaultdict
from typing import Any

from hatua.analytics.measure_shapes import MeasureQuestion
from hatua.warehouse.rows import EventRow
from tests.oracle import calendar
from tests.oracle.funnels import actor_of, matches
from tests.oracle.history import History, property_text
from tests.oracle.numbers import days_of, share


def measure(history: History, question: MeasureQuestion) -> list[tuple[Any, ...]]:
    """Rows as tuples, in the order of the answer's fields."""
    first, last = days_of(question)
    if question.interval is not None:
        first, last = calendar.widen(first, last, question.interval)
    start, end = calendar.days_range(first, last, question.tz)

    def chosen(begin: int, finish: int) -> list[EventRow]:
        events = history.chosen(begin, finish, question.filters)
        return [e for e in events if not question.event or any(matches(history, e, one) for one in question.event)]

    if question.interval is not None:
        return [
            row(history, question, label, chosen(begin, finish), history.between(begin, finish))
            for label, begin, finish in calendar.buckets(start, end, question.interval, question.tz)
        ]
    everything = history.between(start, end)
    if question.dimension is None:
        return [row(history, question, None, chosen(start, end), everything)]
    groups: dict[str, list[EventRow]] = defaultdict(list)
    for event in chosen(start, end):
        groups[history.value(event, question.dimension)].append(event)
    if question.dimension.startswith("utm_"):
        groups.pop("", None)
    rows = [row(history, question, value, events, everything) for value, events in groups.items()]
    return sorted(rows, key=lambda each: (-each[1], each[0]))


def row(
    history: History, question: MeasureQuestion, group: str | None, events: list[EventRow], everything: list[EventRow]
) -> tuple[Any, ...]:
    def actors(chosen: list[EventRow]) -> set[str]:
        return {actor_of(history, event, question.per) for event in chosen} - {""}

    there = actors(events)
    reached = there & actors([event for event in everything if event.event_name == question.goal])
    numbered = [(event, value) for event in events if (value := number(event, question.number)) is not None]
    values = sorted(value for _, value in numbered)
    said: tuple[float | None, ...] = (None,) * 9
    if values:
        total = sum(values)
        said = (
            total,
            share(total, len(actors([event for event, _ in numbered]))),
            total / len(values),
            values[0],
            values[-1],
            statistics.median(values),
            *(percentile(values, part) for part in (0.9, 0.95, 0.99)),
        )
    rate = share(len(reached), len(there))
    return (group, len(events), len(there), len(reached), rate, len(values), *said)


def number(event: EventRow, dimension: str | None) -> float | None:
    if dimension is None:
        return None
    try:
        return float(property_text(event, dimension.removeprefix("property:")))
    except ValueError:
        return None


def percentile(values: list[float], part: float) -> float:
    """Between the two nearest, in proportion to where the place falls."""
    place = part * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)
