"""Retention, lifecycle and stickiness by brute force."""

from collections.abc import Sequence
from typing import Any

from hatua.analytics.cohort_shapes import (
    CohortQuestion,
    LifecycleQuestion,
    RetentionQuestion,
    StickinessQuestion,
)
from hatua.analytics.question import EventMatch
from hatua.warehouse.rows import EventRow
from tests.oracle import calendar
from tests.oracle.funnels import actor_of, matches
from tests.oracle.history import History
from tests.oracle.numbers import days_of, share

Bucket = tuple[str, int, int]


def whole_buckets(question: Any) -> list[Bucket]:
    first, last = calendar.widen(*days_of(question), question.interval)
    start, end = calendar.days_range(first, last, question.tz)
    return calendar.buckets(start, end, question.interval, question.tz)


def is_one_of(history: History, event: EventRow, events: Sequence[EventMatch]) -> bool:
    return not events or any(matches(history, event, one) for one in events)


def doing(
    history: History, question: CohortQuestion, events: Sequence[EventMatch], start: int, end: int
) -> list[tuple[str, EventRow]]:
    """(who, event) of every such event of somebody: a person, session, or value of a property."""
    chosen = [event for event in history.chosen(start, end, question.filters) if is_one_of(history, event, events)]
    return [(who, event) for event in chosen if (who := actor_of(history, event, question.per))]


def actors_in(history: History, question: CohortQuestion, events: Sequence[EventMatch], bucket: Bucket) -> set[str]:
    return {who for who, _ in doing(history, question, events, bucket[1], bucket[2])}


def first_ever(history: History, question: CohortQuestion, events: Sequence[EventMatch], actor: str) -> int:
    """When somebody's first such event in all history was."""
    every = doing(history, question, events, 0, 2**62)
    return min(event.timestamp for who, event in every if who == actor)


def cohort(history: History, question: RetentionQuestion, bucket: Bucket) -> set[str]:
    actors = actors_in(history, question, question.start, bucket)
    if question.kind == "recurring":
        return actors
    return {one for one in actors if bucket[1] <= first_ever(history, question, question.start, one) < bucket[2]}


def cell(history: History, question: RetentionQuestion, buckets: list[Bucket], index: int, period: int) -> set[str]:
    """Who is in one cell."""
    members = cohort(history, question, buckets[index])
    if period == 0:
        return members
    target = buckets[index + period]
    end = buckets[-1][2] if question.cumulative else target[2]
    returns = doing(history, question, question.returning, target[1], end)
    return {one for one in members if len([event for who, event in returns if who == one]) >= question.minimum_times}


def retention(history: History, question: RetentionQuestion, now_ms: int) -> Any:
    """(label, size, [(people, rate, incomplete)]) a cohort, and the curve."""
    buckets = whole_buckets(question)
    rows = []
    for index, (label, _, _) in enumerate(buckets):
        size = len(cohort(history, question, buckets[index]))
        cells = []
        for period in range(question.periods + 1):
            if index + period < len(buckets):
                people = len(cell(history, question, buckets, index, period))
                cells.append((people, share(people, size), buckets[index + period][2] > now_ms))
        rows.append((label, size, cells))
    curve = []
    for period in range(max(len(cells) for _, _, cells in rows)):
        over = [(size, cells) for _, size, cells in rows if len(cells) > period and not cells[period][2]]
        curve.append(share(sum(cells[period][0] for _, cells in over), sum(size for size, _ in over)))
    return rows, curve


def lifecycle(history: History, question: LifecycleQuestion) -> list[tuple[str, dict[str, set[str]]]]:
    """(label, who is in which stage) a bucket."""
    buckets = whole_buckets(question)
    start = buckets[0][1]
    label = calendar.bucket(start - 1, question.interval, question.tz)
    earlier = start
    while calendar.bucket(earlier - calendar.STEP, question.interval, question.tz) == label:
        earlier -= calendar.STEP
    before = actors_in(history, question, question.event, (label, earlier, start))
    found = []
    for bucket in buckets:
        active = actors_in(history, question, question.event, bucket)
        new = {one for one in active if first_ever(history, question, question.event, one) >= bucket[1]}
        stages = {
            "new": new,
            "returning": (active & before) - new,
            "resurrecting": active - before - new,
            "dormant": before - active,
        }
        found.append((bucket[0], stages))
        before = active
    return found


def stickiness(history: History, question: StickinessQuestion) -> list[set[str]]:
    """Who was active in exactly (or at least) 1, 2, ... buckets."""
    buckets = whole_buckets(question)
    often: dict[str, int] = {}
    for _, start, end in buckets:
        events = doing(history, question, question.event, start, end)
        for actor in {who for who, _ in events}:
            if len([event for who, event in events if who == actor]) >= question.minimum_times:
                often[actor] = often.get(actor, 0) + 1
    return [
        {actor for actor, times in often.items() if times == count or (question.at_least and times > count)}
        for count in range(1, len(buckets) + 1)
    ]
