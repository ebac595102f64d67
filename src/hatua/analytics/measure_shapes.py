"""Questions and answers about numbers in properties, and about whoever is counted: persons, sessions, accounts."""

from typing import Annotated

import msgspec
from msgspec import Meta

from hatua.analytics.question import EventMatch, Interval, Name, Question
from hatua.analytics.shapes import RangeAnswer


class MeasureQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of the events in range under the filters (and, with `event`, any of those): the numbers in the property `number`
    (`property:amount`), and how many actors there are. `per`: who is counted: `person`, `session`, or
    `property:<key>` (events without it have no actor). One row in all; by `interval`, a row a bucket; by `dimension`,
    a row a value, most events first."""

    event: Annotated[tuple[EventMatch, ...], Meta(max_length=50)] = ()
    number: Name | None = None
    per: Name = "person"
    goal: Name = "return_filed"
    interval: Interval | None = None
    dimension: Name | None = None
    limit: Annotated[int, Meta(ge=1, le=10_000)] = 100

    def __post_init__(self) -> None:
        if self.interval is not None and self.dimension is not None:
            raise ValueError("interval and dimension are both given; rows are by one of them")


class MeasureRow(msgspec.Struct, frozen=True, kw_only=True):
    """`group`: the bucket's start or the dimension's value, null in all. `converted`: actors with the goal event in
    range (of a bucket: in it), whatever the filters. `numbers`: how many of the events have one; the rest is of those,
    null where there is none. `sum_per_actor`: over the actors that have a number."""

    group: str | None
    events: int
    actors: int
    converted: int
    conversion_rate: float | None
    numbers: int
    sum: float | None
    sum_per_actor: float | None
    mean: float | None
    min: float | None
    max: float | None
    median: float | None
    p90: float | None
    p95: float | None
    p99: float | None


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """`total_rows`: before the limit."""

    range: RangeAnswer
    per: str
    rows: list[MeasureRow]
    total_rows: int
