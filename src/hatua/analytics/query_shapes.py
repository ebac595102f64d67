"""The general question: any metrics, each under filters of its own, by time or by value, with formulas over them."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hatua.analytics.question import Filters, Interval, Name, Question
from hatua.analytics.shapes import Metric, Number, RangeAnswer

LETTERS = "ABCDEFGHIJ"
ColumnType = Literal["bucket", "text", "number"]


class QuerySeries(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One metric. `filters` hold besides those of the question. In formulas it is A, B, ... by its place."""

    metric: Metric
    filters: Filters = ()
    goal: Name = "return_filed"
    name: Annotated[str, Meta(max_length=100)] = ""


class QueryFormula(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    expression: Annotated[str, Meta(min_length=1, max_length=200)]
    name: Annotated[str, Meta(max_length=100)] = ""


class QueryQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row in all; by `interval`, a row a bucket; by `dimension`, a row a value, largest first column first."""

    series: Annotated[tuple[QuerySeries, ...], Meta(min_length=1, max_length=len(LETTERS))]
    formulas: Annotated[tuple[QueryFormula, ...], Meta(max_length=10)] = ()
    interval: Interval | None = None
    dimension: Name | None = None
    limit: Annotated[int, Meta(ge=1, le=10_000)] = 100

    def __post_init__(self) -> None:
        if self.interval is not None and self.dimension is not None:
            raise ValueError("interval and dimension are both given; rows are by one of them")


class QueryColumn(msgspec.Struct, frozen=True, kw_only=True):
    """`definition`: the metric's one text, or the formula."""

    name: str
    type: ColumnType
    definition: str


class QueryMeta(msgspec.Struct, frozen=True, kw_only=True):
    """`exact`: no sketch was used. `total_rows`: before the limit. `ms`: time spent on the answer."""

    range: RangeAnswer
    exact: bool
    total_rows: int
    ms: float


class QueryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    columns: list[QueryColumn]
    rows: list[list[str | Number]]
    meta: QueryMeta
