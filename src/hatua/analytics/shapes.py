"""Questions and answers of the dashboard, as they travel. Times in answers: ISO 8601 UTC with ms and Z; buckets are
ISO local with offset. Rates are fractions 0..1, durations seconds, null means undefined (0 / 0)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hatua.analytics.event import Event
from hatua.analytics.question import Compare, Hour, Interval, Name, ProjectQuestion, Question, Text, Weekday

Metric = Literal[
    "visitors",
    "users",
    "anonymous",
    "sessions",
    "pageviews",
    "events",
    "views_per_session",
    "duration_mean_s",
    "duration_median_s",
    "bounce_rate",
    "conversion_rate",
    "conversions",
]
RowMetric = Literal["visitors", "sessions", "pageviews", "events", "bounce_rate", "conversion_rate"]
CellMetric = Literal["events", "visitors", "sessions"]
Unit = Literal["count", "rate", "seconds", "ratio"]
Number = int | float | None


class RangeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """[from, to) as instants, and the zone they were read in."""

    from_: str = msgspec.field(name="from")
    to: str
    timezone: str


class OverviewQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All metrics of one range, beside another range when `compare` asks. `goal`: the event name of a conversion."""

    compare: Compare = "none"
    goal: Name = "return_filed"


class MetricValue(msgspec.Struct, frozen=True, kw_only=True):
    value: Number
    previous: Number = None


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    range: RangeAnswer
    previous_range: RangeAnswer | None
    goal: str
    metrics: dict[Metric, MetricValue]


class TimeseriesQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`week` and `month` widen the range to whole weeks (Monday) and months."""

    metrics: Annotated[tuple[Metric, ...], Meta(min_length=1, max_length=12)] = ("visitors",)
    interval: Interval = "day"
    compare: Compare = "none"
    goal: Name = "return_filed"


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """`incomplete`: the bucket is not over yet, or the range cuts it."""

    bucket: str
    value: Number
    incomplete: bool


class Series(msgspec.Struct, frozen=True, kw_only=True):
    metric: Metric
    points: list[Point]
    previous: list[Point] | None


class Timeseries(msgspec.Struct, frozen=True, kw_only=True):
    interval: Interval
    timezone: str
    series: list[Series]


class BreakdownQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The top values of one dimension (`country`, `property:obligation_type`), largest `order` first."""

    dimension: Name
    order: RowMetric = "visitors"
    limit: Annotated[int, Meta(ge=1, le=1_000)] = 10
    offset: Annotated[int, Meta(ge=0, le=100_000)] = 0
    goal: Name = "return_filed"


class BreakdownRow(msgspec.Struct, frozen=True, kw_only=True):
    """`value` "" is a missing one ("(none)", for referrers "Direct / None")."""

    value: str
    visitors: int
    sessions: int
    pageviews: int
    events: int
    bounce_rate: float | None
    conversion_rate: float | None


class BreakdownRest(msgspec.Struct, frozen=True, kw_only=True):
    """All values after the last row, counted together (exactly: a visitor of two of them is one visitor)."""

    visitors: int
    sessions: int
    pageviews: int
    events: int


class Breakdown(msgspec.Struct, frozen=True, kw_only=True):
    """`total_rows`: how many values there are in all. `other` is null when no row comes after these."""

    dimension: str
    rows: list[BreakdownRow]
    total_rows: int
    other: BreakdownRest | None


class HeatmapQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    metric: CellMetric = "events"


class Heatmap(msgspec.Struct, frozen=True, kw_only=True):
    """`cells[weekday][hour]`, Monday first, hours of the range's zone."""

    metric: CellMetric
    timezone: str
    cells: list[list[int]]


class DimensionValuesQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The values of a dimension in the range that contain `search` (any case), most events first."""

    dimension: Name
    search: Text = ""
    limit: Annotated[int, Meta(ge=1, le=1_000)] = 20


class DimensionValue(msgspec.Struct, frozen=True, kw_only=True):
    value: str
    events: int


class DimensionValues(msgspec.Struct, frozen=True, kw_only=True):
    values: list[DimensionValue]


class EventsQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Newest first. `cursor`: the `next_cursor` of the page before. `weekday` (1 is Monday) and `hour`: those of a cell
    of the heat map, in the range's zone."""

    event_name: Annotated[str, Meta(max_length=100)] = ""
    weekday: Weekday | None = None
    hour: Hour | None = None
    limit: Annotated[int, Meta(ge=1, le=1_000)] = 50
    cursor: Annotated[str, Meta(max_length=1_000)] = ""


class Events(msgspec.Struct, frozen=True, kw_only=True):
    events: list[Event]
    next_cursor: str | None


class RealtimeQuestion(ProjectQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last 30 minutes; "now" is the last 5."""


class RealtimeMinute(msgspec.Struct, frozen=True, kw_only=True):
    minute: str
    people: int
    events: int


class ValuePeople(msgspec.Struct, frozen=True, kw_only=True):
    value: str
    people: int


class Realtime(msgspec.Struct, frozen=True, kw_only=True):
    """`per_minute`: 30, oldest first, the last one still running. Tops are of the 30 minutes, at most 10 each."""

    people_now: int
    per_minute: list[RealtimeMinute]
    top_pages: list[ValuePeople]
    top_events: list[DimensionValue]
    countries: list[ValuePeople]
    recent: list[Event]


class MetricDefinition(msgspec.Struct, frozen=True, kw_only=True):
    key: Metric
    label: str
    definition: str
    unit: Unit


class DimensionDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """`belongs_to`: whose value it is when a filter does not say: the event's, or its visit's first event."""

    key: str
    label: str
    belongs_to: Literal["event", "visit"]


class Definitions(msgspec.Struct, frozen=True, kw_only=True):
    metrics: list[MetricDefinition]
    dimensions: list[DimensionDefinition]
