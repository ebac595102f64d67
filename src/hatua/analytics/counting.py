"""Counting, by group: from visits where the question is about visits only, else from events.

Visits are a twelfth of the rows, so most panels of a dashboard cost a tenth; both ways give the same numbers.
"""

from collections.abc import Sequence
from string import Template
from typing import Any, Literal, NamedTuple

from hatua.analytics.groups import ALL, Group
from hatua.analytics.question import Filter
from hatua.analytics.reader import Reader
from hatua.analytics.seen import seen, visits_sql
from hatua.analytics.timerange import Range
from hatua.analytics.visits import Facts, Visits, told_by_visits
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
_OF_PERSONS: frozenset[Count] = frozenset(("visitors", "users", "conversions"))
_OF_TIME: frozenset[Count] = frozenset(("duration_ms", "median_ms"))


class Asked(NamedTuple):
    """What is counted: of a project, in a range, under filters, by group. `goal`: the event name of a conversion."""

    project: str
    range: Range
    filters: Sequence[Filter]
    group: Group = ALL
    goal: str = ""


class Counting(NamedTuple):
    """A SELECT of one row a group. `sessions_are_states`: whether sessions are states too when visitors were asked for
    as states."""

    sql: str
    parameters: dict[str, Any]
    sessions_are_states: bool


def count(reader: Reader, asked: Asked, wanted: Sequence[Count]) -> list[Counts]:
    """[{grouped, <wanted>...}], one a group that has any. Raises InvalidQuestion, and what the warehouse raises."""
    if told_by_visits(asked.filters, asked.group):
        return _count_visits(reader, asked, wanted)
    only_events = set(wanted) <= _OF_EVENTS
    found: dict[Any, Counts] = {}
    plain = [name for name in wanted if name not in _OF_TIME]
    if plain:
        counting = of_plain_events(asked) if only_events else of_events(asked)
        _merge(found, _select(reader, counting, plain))
    if len(plain) < len(wanted):
        _merge(found, _select(reader, _durations(asked), [name for name in wanted if name in _OF_TIME]))
    return list(found.values())


def visits_of(asked: Asked, *, goal: bool = True) -> Visits:
    """The visits that `asked` is about; without `goal` nobody's conversion is looked for."""
    return Visits(asked.project, asked.range, asked.filters, asked.group, asked.goal if goal else "")


def _count_visits(reader: Reader, asked: Asked, wanted: Sequence[Count]) -> list[Counts]:
    visits = visits_of(asked, goal="conversions" in wanted)
    persons = not _OF_PERSONS.isdisjoint(wanted)
    listed = visits.listed(reader)
    rows = _select(reader, of_visits(asked, visits.facts(listed, persons=persons)), [*wanted, "mixed_visits"])
    if any(row["mixed_visits"] for row in rows):
        listed = visits.listed_mixed(reader)
        rows = _select(reader, of_visits(asked, visits.facts(listed)), wanted)
    return rows


def of_visits(asked: Asked, facts: Facts, *, states: bool = False) -> Counting:
    """Counts from one row a visit. As many visits as are `mixed` say that other facts must be asked for."""
    group = asked.group
    told = group.told_as is not None
    once = "first AND nth = 1" if group.bucket else "first"
    if asked.filters and asked.goal:
        # Filters choose the visitors; their goal may be anywhere in the range.
        conversions = f"uniqExactIf(person_key, {group.key} IN (SELECT {group.key} FROM ({goal_sql(asked)})))"
    elif group.bucket or group is ALL:
        conversions = "uniqExactIf(person_key, achieved)"
    else:
        conversions = f"uniqExactIf(person_key, person_key IN (SELECT person_key FROM ({facts.sql}) WHERE achieved))"
    sql = _sql(
        "visit_counts.sql",
        facts=facts.sql,
        state="State" if states else "",
        sessions="uniqExactState(session_key)" if told and states else f"countIf({once})",
        once=once,
        also=", arrayEnumerateUniq(values) AS nth" if group.bucket else "",
        entered="value = entry_page" if group.entered else "true",
        conversions=conversions.replace("grouped", "value"),
    )
    return Counting(sql, facts.parameters, told and states)


def of_events(asked: Asked, *, states: bool = False) -> Counting:
    """Counts from one row an event."""
    chosen = seen(asked.project, asked.range, asked.filters, asked.group)
    sql = _sql(
        "event_counts.sql",
        seen=chosen.sql,
        entered=chosen.entered,
        visits=visits_sql(),
        key=asked.group.key,
        goal=goal_sql(asked),
        state="State" if states else "",
    )
    return Counting(sql, {**chosen.parameters, "goal": asked.goal}, True)


def of_plain_events(asked: Asked) -> Counting:
    """Counts of events and page views alone: neither persons nor sessions need be told apart."""
    chosen = seen(asked.project, asked.range, asked.filters, asked.group, persons=False)
    sql = f"SELECT grouped, countIf(is_pageview) AS pageviews, count() AS events FROM ({chosen.sql}) GROUP BY grouped"
    return Counting(sql, chosen.parameters, False)


def _durations(asked: Asked) -> Counting:
    chosen = seen(asked.project, asked.range, asked.filters, asked.group)
    return Counting(_sql("event_durations.sql", seen=chosen.sql, visits=visits_sql()), chosen.parameters, False)


def goal_sql(asked: Asked) -> str:
    """Events that are the goal, whatever the filters; with their buckets, where those are counted."""
    by_time = asked.group if asked.group.bucket else ALL
    return seen(asked.project, asked.range, (), by_time, condition="e.event_name = {goal:String}").sql


def _select(reader: Reader, counting: Counting, wanted: Sequence[str]) -> list[Counts]:
    """Only what is wanted: the engine leaves out aggregates that nobody selects."""
    return reader.rows(f"SELECT grouped, {', '.join(wanted)} FROM ({counting.sql})", counting.parameters)


def _merge(found: dict[Any, Counts], rows: list[Counts]) -> None:
    for row in rows:
        found.setdefault(row["grouped"], {}).update(row)


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)
