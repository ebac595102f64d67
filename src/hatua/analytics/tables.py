"""Every answer as columns: for scripts that want a table of it rather than its own shape."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from hatua.analytics import (
    cohort_shapes,
    combined_shapes,
    funnel_shapes,
    journey_shapes,
    measure_shapes,
    path_shapes,
    people_shapes,
    session_shapes,
    shapes,
)
from hatua.analytics.event import Event

ColumnType = Literal["text", "number", "bool", "json"]
"""`json`: a list or an object."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column; a value a row, null where there is none."""

    name: str
    type: ColumnType
    values: list[Any]


class _Table(NamedTuple):
    names: Sequence[str]
    rows: Iterable[Sequence[Any]]


def columns_of(answer: msgspec.Struct) -> list[Column]:
    """The main list of an answer, its struct's fields as columns; what is no list is one row. All columns are equally
    long."""
    names, rows = _TABLES[type(answer)](answer)
    values: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) or [() for _ in names]
    return [
        Column(name=name, type=_type_of(column), values=list(column))
        for name, column in zip(names, values, strict=True)
    ]


def _type_of(values: Sequence[Any]) -> ColumnType:
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float}:
        return "number"
    if kinds == {bool}:
        return "bool"
    return "text" if kinds <= {str} else "json"


def _listed(field: str, kind: type[msgspec.Struct]) -> Callable[[Any], _Table]:
    """The structs of one field."""
    names = kind.__struct_encode_fields__
    return lambda answer: _Table(names, (msgspec.structs.astuple(each) for each in getattr(answer, field)))


def _named(field: str, name: str) -> Callable[[Any], _Table]:
    """A list of plain texts."""
    return lambda answer: _Table((name,), ((each,) for each in getattr(answer, field)))


def _one_row(answer: msgspec.Struct) -> _Table:
    return _Table(answer.__struct_encode_fields__, [msgspec.structs.astuple(answer)])


def _overview(answer: shapes.Overview) -> _Table:
    return _Table(
        ("metric", "value", "previous"), ((key, each.value, each.previous) for key, each in answer.metrics.items())
    )


def _timeseries(answer: shapes.Timeseries) -> _Table:
    """A row a bucket, a column a metric."""
    series = answer.series
    rows = (
        (points[0].bucket, points[0].incomplete, *(point.value for point in points))
        for points in zip(*(each.points for each in series), strict=True)
    )
    return _Table(("bucket", "incomplete", *(each.metric for each in series)), rows)


def _heatmap(answer: shapes.Heatmap) -> _Table:
    rows = ((day, hour, value) for day, hours in enumerate(answer.cells) for hour, value in enumerate(hours))
    return _Table(("weekday", "hour", answer.metric), rows)


_STEP = funnel_shapes.FunnelStepResult.__struct_fields__


def _funnel(answer: funnel_shapes.Funnel) -> _Table:
    """A row a step; with a breakdown a row a step of each group, those of everybody under group null."""
    groups: Iterator[tuple[str | None, list[funnel_shapes.FunnelStepResult]]] = iter(
        [(None, answer.steps), *((group.value, group.steps) for group in answer.groups or ())]
    )
    return _Table(
        ("group", "step", *_STEP),
        (
            (group, number, *msgspec.structs.astuple(each))
            for group, steps in groups
            for number, each in enumerate(steps, 1)
        ),
    )


def _retention(answer: cohort_shapes.Retention) -> _Table:
    rows = (
        (cohort.bucket, cohort.size, period, cell.people, cell.rate, cell.incomplete)
        for cohort in answer.cohorts
        for period, cell in enumerate(cohort.cells)
    )
    return _Table(("cohort", "size", "period", "people", "rate", "incomplete"), rows)


def _journeys(answer: journey_shapes.Journeys) -> _Table:
    names = journey_shapes.JourneyCounts.__struct_fields__
    parts = [(None, answer.all), *((each.name, each.counts) for each in answer.by_name)]
    return _Table(("name", *names), ((name, *msgspec.structs.astuple(counts)) for name, counts in parts))


def _combined(answer: combined_shapes.Combined) -> _Table:
    return _Table([column.name for column in answer.columns], answer.rows)


_TABLES: dict[type[msgspec.Struct], Callable[[Any], _Table]] = {
    shapes.Overview: _overview,
    shapes.Timeseries: _timeseries,
    shapes.Breakdown: _listed("rows", shapes.BreakdownRow),
    combined_shapes.Combined: _combined,
    measure_shapes.Measure: _listed("rows", measure_shapes.MeasureRow),
    shapes.Heatmap: _heatmap,
    shapes.DimensionValues: _listed("values", shapes.DimensionValue),
    shapes.Events: _listed("events", Event),
    shapes.Realtime: _listed("per_minute", shapes.RealtimeMinute),
    funnel_shapes.Funnel: _funnel,
    funnel_shapes.FunnelPeople: _listed("people", funnel_shapes.FunnelActor),
    cohort_shapes.Retention: _retention,
    cohort_shapes.Lifecycle: _listed("buckets", cohort_shapes.LifecycleBucket),
    cohort_shapes.Stickiness: _listed("bars", cohort_shapes.StickinessBar),
    cohort_shapes.PeopleBehind: _named("people", "person"),
    path_shapes.Paths: _listed("edges", path_shapes.PathEdge),
    path_shapes.SessionsBehind: _named("sessions", "session_id"),
    path_shapes.PathReach: _listed("next", path_shapes.PathNext),
    journey_shapes.Journeys: _journeys,
    journey_shapes.JourneyList: _listed("journeys", journey_shapes.Journey),
    session_shapes.Sessions: _listed("sessions", session_shapes.Session),
    session_shapes.SessionTimeline: _listed("events", Event),
    people_shapes.People: _listed("people", people_shapes.PersonRow),
    people_shapes.Profile: _one_row,
    people_shapes.PersonEvents: _listed("events", Event),
    people_shapes.Errors: _listed("rows", people_shapes.ErrorRow),
}
