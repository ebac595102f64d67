"""Sums, means and percentiles of a numeric property; and counts per person, per session, or per value of a property."""

from string import Template
from typing import Any

from hatua.analytics.conditions import value_parameters, value_sql
from hatua.analytics.dimensions import dimension_of
from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.event_match import matches
from hatua.analytics.grouping import grouping_of
from hatua.analytics.groups import ALL
from hatua.analytics.measure_shapes import Measure, MeasureQuestion, MeasureRow
from hatua.analytics.overview import ratio
from hatua.analytics.reader import Reader
from hatua.analytics.seen import seen
from hatua.warehouse.sql import load

_NOTHING: dict[str, Any] = {"events": 0, "actors": 0, "converted": 0, "numbers": 0, "numbered_actors": 0}


def answer(reader: Reader, question: MeasureQuestion) -> Measure:
    """Empty buckets are 0. Raises InvalidQuestion with the path of what is wrong, and what the warehouse raises."""
    asked, buckets, group = grouping_of(question)
    actor, actor_parameters = _actor(question.per)
    number, number_parameters = _number(question.number)
    events = matches([question.event], "event[{1}]", "m")
    actor_columns = (f"{actor} AS actor", f"{'actor != 0' if question.per in _KEYS else _SAID} AS has_actor")
    chosen = seen(
        question.project,
        asked,
        question.filters,
        group,
        columns=(*actor_columns, f"{number} AS number"),
        condition=events.sql[0],
        parameters={**events.parameters, **actor_parameters, **number_parameters, "goal": question.goal},
        needs_visit=events.needs_visit,
    )
    goal = seen(
        question.project,
        asked,
        (),
        group if group.bucket else ALL,
        columns=actor_columns,
        condition="e.event_name = {goal:String}",
    )
    sql = Template(load("hatua.analytics", "sql/measure.sql")).substitute(
        seen=chosen.sql, goal=goal.sql, key="(grouped, actor)" if group.bucket else "actor"
    )
    found = reader.rows(sql, chosen.parameters)
    rows = [_row(str(row["grouped"]) if question.dimension is not None else None, row) for row in found]
    if buckets:
        by_start = {int(row["grouped"]): row for row in found}
        rows = [
            _row(buckets.label(place), by_start.get(start, _NOTHING)) for place, start in enumerate(buckets.edges[:-1])
        ]
    if not rows and question.dimension is None:
        rows = [_row(None, _NOTHING)]
    return Measure(range=asked.answer(), per=question.per, rows=rows[: question.limit], total_rows=len(rows))


_KEYS = {"person": "person_key", "session": "session_key"}
_SAID = "actor != ''"


def _actor(per: str) -> tuple[str, dict[str, Any]]:
    if per in _KEYS:
        return _KEYS[per], {}
    dimension = dimension_of(per, "per")
    if not dimension.property_key:
        raise InvalidQuestion("per", f"{per!r} is neither person, session nor property:<key>")
    return f"toString({value_sql(dimension, 'actor_property')})", value_parameters(dimension, "actor_property")


def _number(number: str | None) -> tuple[str, dict[str, Any]]:
    """A JSON number, or text that is one; infinite ones are none."""
    if number is None:
        return "CAST(NULL AS Nullable(Float64))", {}
    dimension = dimension_of(number, "number")
    if not dimension.property_key:
        raise InvalidQuestion("number", f"{number!r} is no property; ask for property:<key>")
    value = f"toFloat64OrNull({value_sql(dimension, 'number_property')})"
    return f"if(isFinite({value}), {value}, NULL)", value_parameters(dimension, "number_property")


def _row(group: str | None, row: dict[str, Any]) -> MeasureRow:
    count = int(row["numbers"])
    median, p90, p95, p99 = row["quantiles"] if count else (None,) * 4
    total = float(row["total"]) if count else None
    return MeasureRow(
        group=group,
        events=row["events"],
        actors=row["actors"],
        converted=row["converted"],
        conversion_rate=ratio(row["converted"], row["actors"]),
        numbers=count,
        sum=total,
        sum_per_actor=None if total is None else ratio(total, row["numbered_actors"]),
        mean=None if total is None else total / count,
        min=row["least"] if count else None,
        max=row["most"] if count else None,
        median=median,
        p90=p90,
        p95=p95,
        p99=p99,
    )
