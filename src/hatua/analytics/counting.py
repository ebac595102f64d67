"""Counting, by group: from visits where the question is about visits only, else from events.

Visits are a twelfth of the rows, so most panels of a dashboard cost a tenth; both ways give the same numbers.
"""

from collections.abc import Sequence
from string import Template
from typing import Any, Literal, NamedTuple

from hatua.analytics.conditions import Conditions, conditions_of
from hatua.analytics.dimensions import dimension_of
from hatua.analytics.groups import ALL, Group, bucket_of
from hatua.analytics.question import Filter
from hatua.analytics.reader import Reader
from hatua.analytics.seen import PAGE_VIEW, first_event_sql, links_sql, seen, visits_sql
from hatua.analytics.timerange import Range
from hatua.warehouse.sql import load

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

_OF_EVENTS: frozenset[Count] = frozenset(("pageviews", "events"))
_OF_TIME: frozenset[Count] = frozenset(("duration_ms", "median_ms"))
_MOST_IDS = 1_000
"""The sessions table keeps so many ids of a session. One with fewer events cannot have more; the events of the others
are looked at."""
_MOST_CROSSING = 5_000
"""More session ids than this are not sent to the engine but asked for where they are needed."""


class Asked(NamedTuple):
    """What is counted: of a project, in a range, under filters, by group. `goal`: the event name of a conversion."""

    project: str
    range: Range
    filters: Sequence[Filter]
    group: Group = ALL
    goal: str = ""


class Counting(NamedTuple):
    """A SELECT of one row a group. `merge`: the aggregate that merges `visitors` when they were asked for as states;
    `sessions_are_states`: whether sessions are then states too."""

    sql: str
    parameters: dict[str, Any]
    merge: str
    sessions_are_states: bool


def count(reader: Reader, asked: Asked, wanted: Sequence[Count]) -> list[Counts]:
    """[{grouped, <wanted>...}], one a group that has any. Raises InvalidQuestion, and what the warehouse raises."""
    only_events = set(wanted) <= _OF_EVENTS
    if is_of_visits(asked) and not (only_events and asked.group.bucket):
        return _select(reader, of_visits(reader, asked), wanted)
    found: dict[Any, Counts] = {}
    plain = [name for name in wanted if name not in _OF_TIME]
    if plain:
        counting = of_plain_events(asked) if only_events else of_events(asked)
        _merge(found, _select(reader, counting, plain))
    if len(plain) < len(wanted):
        _merge(found, _select(reader, _durations(asked), [name for name in wanted if name in _OF_TIME]))
    return list(found.values())


def is_of_visits(asked: Asked) -> bool:
    """Whether the sessions table knows everything that filters and group are about."""
    return bool(asked.group.of_visit or asked.group.bucket) and all(
        _is_of_visit(each, f"filters[{index}].dimension") for index, each in enumerate(asked.filters)
    )


def of_visits(reader: Reader, asked: Asked, *, states: bool = False) -> Counting:
    """Counts from one row a visit. Asks first which visits cross an edge: they are few, and known by their ids the
    engine finds their events at once."""
    group = asked.group
    conditions: Conditions = conditions_of(asked.filters, first_event_sql())
    inside = [
        "v.started_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')",
        "v.ended_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')",
        f"v.events < {_MOST_IDS}",
        *filter(None, (group.inside,)),
    ]
    parts = {
        "visits": visits_sql(),
        "inside": " AND ".join(inside),
        "conditions": " AND ".join([*conditions.sql, *filter(None, (group.condition,))]) or "true",
    }
    parameters = {
        "project": asked.project,
        "from_ms": asked.range.from_ms,
        "to_ms": asked.range.to_ms,
        "goal": asked.goal,
        **conditions.parameters,
        **group.parameters,
    }
    facts = _sql(
        "visit_facts.sql",
        grouped_inside=bucket_of(group, "v.started_at") if group.bucket else group.of_visit,
        **parts,
    )
    crossing_sql = _sql("visits_crossing.sql", **parts)
    rows = reader.rows(f"{crossing_sql} LIMIT {_MOST_CROSSING + 1}", parameters)
    if rows:
        few = len(rows) <= _MOST_CROSSING
        parameters["crossing"] = [row["session_id"] for row in rows] if few else []
        crossing = _sql(
            "visit_facts_crossing.sql",
            grouped_crossing="p.bucket" if group.bucket else group.of_visit,
            bucket=bucket_of(group, "e.timestamp"),
            crossing="{crossing:Array(String)}" if few else f"({crossing_sql})",
            is_pageview=PAGE_VIEW,
            visits=visits_sql(),
        )
        facts = f"{facts}\nUNION ALL\n{crossing}"
    sql = _sql(
        "visit_counts.sql",
        facts=facts,
        links=links_sql(),
        key=group.key,
        goal=_goal(asked),
        state="State" if states else "",
    )
    return Counting(sql, parameters, "uniqExactArrayMerge", False)


def of_events(asked: Asked, *, states: bool = False) -> Counting:
    """Counts from one row an event."""
    chosen = seen(asked.project, asked.range, asked.filters, asked.group)
    sql = _sql(
        "event_counts.sql",
        seen=chosen.sql,
        entered=chosen.entered,
        visits=visits_sql(),
        key=asked.group.key,
        goal=_goal(asked),
        state="State" if states else "",
    )
    return Counting(sql, {**chosen.parameters, "goal": asked.goal}, "uniqExactMerge", True)


def of_plain_events(asked: Asked) -> Counting:
    """Counts of events and page views alone: neither persons nor sessions need be told apart."""
    chosen = seen(asked.project, asked.range, asked.filters, asked.group, persons=False)
    sql = f"SELECT grouped, countIf(is_pageview) AS pageviews, count() AS events FROM ({chosen.sql}) GROUP BY grouped"
    return Counting(sql, chosen.parameters, "", False)


def _durations(asked: Asked) -> Counting:
    chosen = seen(asked.project, asked.range, asked.filters, asked.group)
    return Counting(_sql("event_durations.sql", seen=chosen.sql, visits=visits_sql()), chosen.parameters, "", False)


def _goal(asked: Asked) -> str:
    by_time = asked.group if asked.group.bucket else ALL
    return seen(asked.project, asked.range, (), by_time, condition="e.event_name = {goal:String}").sql


def _is_of_visit(each: Filter, path: str) -> bool:
    dimension = dimension_of(each.dimension, path)
    scope = each.scope or dimension.belongs_to
    return dimension.visit_column is not None and (scope == "visit" or dimension.event_column is None)


def _select(reader: Reader, counting: Counting, wanted: Sequence[Count]) -> list[Counts]:
    """Only what is wanted: the engine leaves out aggregates that nobody selects."""
    return reader.rows(f"SELECT grouped, {', '.join(wanted)} FROM ({counting.sql})", counting.parameters)


def _merge(found: dict[Any, Counts], rows: list[Counts]) -> None:
    for row in rows:
        found.setdefault(row["grouped"], {}).update(row)


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)
