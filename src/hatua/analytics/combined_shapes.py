"""Several metrics side by side, each under filters of its own, with formulas over them."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hatua.analytics.question import Filters, Interval, Name, Question
from hatua.analytics.shapes import Metric, Number, RangeAnswer

LETTERS = "ABCDEFGHIJ"
CombinedColumnType = Literal["bucket", "text", "number"]


class CombinedSeries(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One metric. `filters` hold besides those of the question. In formulas it is A, B, ... by its place."""

    metric: Metric
    filters: Filters = ()
    goal: Name = "return_filed"
    name: Annotated[str, Meta(max_length=100)] = ""


class CombinedFormula(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`A / B * 100`: + - * /, parentheses, numbers and the letters of the series."""

    expression: Annotated[str, Meta(min_length=1, max_length=200)]
    name: Annotated[str, Meta(max_length=100)] = ""


class CombinedQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row in all; by `interval`, a row a bucket; by `dimension`, a row a value, the largest of the first series
    first."""

    series: Annotated[tuple[CombinedSeries, ...], Meta(min_length=1, max_length=len(LETTERS))]
    formulas: Annotated[tuple[CombinedFormula, ...], Meta(max_length=10)] = ()
    interval: Interval | None = None
    dimension: Name | None = None
    limit: Annotated[int, Meta(ge=1, le=10_000)] = 100

    def __post_init__(self) -> None:
        if self.interval is not None and self.dimension is not None:
            raise ValueError("interval and dimension are both given; rows are by one of them")


class CombinedColumn(msgspec.Struct, frozen=True, kw_only=True):
    """`definition`: the metric's one text, or the formula."""

    name: str
    type: CombinedColumnType
    definition: str


class Combined(msgspec.Struct, frozen=True, kw_only=True):
    """`rows`: a value a column. `total_rows`: before the limit."""

    range: RangeAnswer
    columns: list[CombinedColumn]
    rows: list[list[str | Number]]
    total_rows: int
