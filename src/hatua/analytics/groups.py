"""What rows are counted by: nothing, a bucket of time, a cell of the week, a value of a dimension."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from hatua.analytics.conditions import VISIT, value_parameters, value_sql
from hatua.analytics.dimensions import Dimension

QUARTER_MS = 900_000
_FIRST_WHOLE_QUARTERS_MS = 94_694_400_000
"""1973. Until 1972 a zone (Monrovia's) was no whole number of quarters from UTC."""
_TOLD = {"page_path": ("pages", "page_events", "page_views"), "event_name": ("names", "name_events", "name_views")}


class Group(NamedTuple):
    """`of_event`: expression over the event (alias e), with `needs_visit` over its visit (alias v).

    `bucket`: for what depends on time only, an expression over the instant put for `{at}`; `inside`: condition on a
    visit (alias v) to lie in one bucket; `by_quarters`: whether every bucket begins at a quarter of an hour;
    `ascends`: whether a later instant is never in a lower bucket.
    `visit_column`: where the sessions table has what belongs to the visit. `told_as`: for what a visit's row tells of
    its events, the columns with the values, their events and their page views.
    `entered`: a bounce rate is over the visits that entered with the value, not over all that have it. `condition`:
    what a row must meet to be counted at all."""

    of_event: str
    parameters: dict[str, Any]
    needs_visit: bool = False
    bucket: str = ""
    inside: str = ""
    by_quarters: bool = False
    ascends: bool = False
    visit_column: str = ""
    told_as: tuple[str, str, str] | None = None
    entered: bool = False
    condition: str = ""

    @property
    def told_by_visits(self) -> bool:
        """Whether a visit's row tells which of these rows it belongs to."""
        return bool(self.visit_column or self.bucket or self.told_as) or self == ALL


ALL = Group("''", {})


def by_bucket(edges: Sequence[int]) -> Group:
    """The start of the bucket, Unix ms. `edges` as of `timerange.Buckets`."""
    start = "roundDown(toUnixTimestamp64Milli({at}), {{edges:Array(Int64)}})"
    inside = f"{_at(start, 'v.started_at')} = {_at(start, 'v.ended_at')}"
    return Group(
        _at(start, "e.timestamp"),
        {"edges": list(edges)},
        bucket=start,
        inside=inside,
        by_quarters=all(edge % QUARTER_MS == 0 for edge in edges),
        ascends=True,
    )


def by_week_cell(zone: str, from_ms: int) -> Group:
    """0..167: Monday 00:00 first, local hours. `from_ms`: when the range begins."""
    cell = "(toDayOfWeek({at}, 0, {{tz:String}}) - 1) * 24 + toHour({at}, {{tz:String}})"
    hour = "toStartOfHour({at}, {{tz:String}})"
    inside = f"{_at(hour, 'v.started_at')} = {_at(hour, 'v.ended_at')}"
    return Group(
        _at(cell, "e.timestamp"),
        {"tz": zone},
        bucket=cell,
        inside=inside,
        by_quarters=from_ms >= _FIRST_WHOLE_QUARTERS_MS,
    )


def by_dimension(dimension: Dimension) -> Group:
    """The value of a dimension: the event's own, or for what belongs to the visit, of the visit's first event."""
    if dimension.belongs_to == "visit":
        value = f"{VISIT}.{dimension.visit_column}"
        condition = f"{value} != ''" if dimension.leaves_out_missing else ""
        return Group(value, {}, needs_visit=True, visit_column=dimension.visit_column or "", condition=condition)
    return Group(
        value_sql(dimension, "group_key"),
        value_parameters(dimension, "group_key"),
        entered=dimension.key == "page_path",
        told_as=_TOLD.get(dimension.key),
    )


def bucket_of(group: Group, instant: str) -> str:
    """The bucket of an instant; '' where the group is no bucket."""
    return _at(group.bucket, instant) if group.bucket else "''"


def _at(expression: str, instant: str) -> str:
    return expression.format(at=instant)
