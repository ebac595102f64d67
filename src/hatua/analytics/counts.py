"""What can be counted, and the shapes in which it is asked and answered."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

from hatua.analytics.groups import ALL, Group
from hatua.analytics.question import Filter
from hatua.analytics.shapes import RowMetric
from hatua.analytics.timerange import Range

Count = Literal[
    "visitors",
    "users",
    "sessions",
    "pageviews",
    "events",
    "entered",
    "bounces",
    "conversions",
    "duration_ms",
    "median_ms",
]
Counts = dict[str, Any]

COUNTS: tuple[Count, ...] = get_args(Count)
_OF_PERSONS: frozenset[Count] = frozenset(("visitors", "users", "conversions"))
_SORTS: dict[RowMetric, str] = {
    "visitors": "visitors",
    "sessions": "sessions",
    "pageviews": "pageviews",
    "events": "events",
    "bounce_rate": "if(entered = 0, -1, bounces / entered)",
    "conversion_rate": "conversions / visitors",
}


class Asked(NamedTuple):
    """What is counted: of a project, in a range, under filters, by group. `goal`: the event name of a conversion."""

    project: str
    range: Range
    filters: Sequence[Filter]
    group: Group = ALL
    goal: str = ""


class Top(NamedTuple):
    """The first `end` rows in an order, downwards, equal ones by value; and all after these together."""

    order: RowMetric
    end: int


class Ask(NamedTuple):
    """One panel. Without `top`: every group, in no order."""

    asked: Asked
    wanted: tuple[Count, ...]
    top: Top | None = None


class Table(NamedTuple):
    """`rows`: grouped and what was wanted. `total_rows`: how many groups there are. `rest`: visitors, sessions,
    pageviews and events of all that come after the rows; None when none does."""

    rows: list[Counts]
    total_rows: int
    rest: Counts | None


def of_persons(wanted: Sequence[Count]) -> bool:
    """Whether persons must be told apart."""
    return not _OF_PERSONS.isdisjoint(wanted)


def sort_of(order: RowMetric) -> str:
    """What rows are ordered by, over the names of counts."""
    return _SORTS[order]
