"""Counting single events, by group: what visits do not tell."""

from collections.abc import Sequence
from string import Template
from typing import NamedTuple

from hatua.analytics.counts import Ask, Asked, Count, Counts, Table, Top, sort_of
from hatua.analytics.reader import Reader
from hatua.analytics.seen import seen, visits_sql
from hatua.warehouse.sql import load

_OF_EVENTS: frozenset[Count] = frozenset(("pageviews", "events"))
_OF_TIME: frozenset[Count] = frozenset(("duration_ms", "median_ms"))
_REST = 0


class _Counting(NamedTuple):
    """A SELECT of one row a group."""

    sql: str
    parameters: Counts


def count_events(reader: Reader, ask: Ask) -> Table:
    """The table of one ask. Raises InvalidQuestion, and what the warehouse raises."""
    if ask.top is not None:
        return _first(reader, ask.asked, ask.top)
    found: dict[str, Counts] = {}
    plain = [name for name in ask.wanted if name not in _OF_TIME]
    if plain:
        counting = _plain_events(ask.asked) if set(ask.wanted) <= _OF_EVENTS else _events(ask.asked)
        _merge(found, _select(reader, counting, plain))
    if len(plain) < len(ask.wanted):
        _merge(found, _select(reader, _durations(ask.asked), [name for name in ask.wanted if name in _OF_TIME]))
    return Table(list(found.values()), len(found), None)


def _first(reader: Reader, asked: Asked, top: Top) -> Table:
    counting = _events(asked, states=True)
    order = sort_of(top.order)
    for name in ("visitors", "sessions"):
        order = order.replace(name, f"finalizeAggregation({name})")
    sql = _sql("breakdown.sql", counts=counting.sql, order=order)
    rows = reader.rows(sql, {**counting.parameters, "end": top.end})
    rest = next((row for row in rows if row["place"] == _REST), None)
    return Table([row for row in rows if row["place"] != _REST], rows[0]["total_rows"] if rows else 0, rest)


def _events(asked: Asked, *, states: bool = False) -> _Counting:
    chosen = seen(asked.project, asked.range, asked.filters, asked.group)
    sql = _sql(
        "event_counts.sql",
        seen=chosen.sql,
        entered=chosen.entered,
        visits=visits_sql(),
        goal=seen(asked.project, asked.range, (), condition="e.event_name = {goal:String}").sql,
        state="State" if states else "",
    )
    return _Counting(sql, {**chosen.parameters, "goal": asked.goal})


def _plain_events(asked: Asked) -> _Counting:
    """Counts of events and page views alone: neither persons nor sessions need be told apart."""
    chosen = seen(asked.project, asked.range, asked.filters, asked.group, persons=False)
    sql = f"SELECT grouped, countIf(is_pageview) AS pageviews, count() AS events FROM ({chosen.sql}) GROUP BY grouped"
    return _Counting(sql, chosen.parameters)


def _durations(asked: Asked) -> _Counting:
    chosen = seen(asked.project, asked.range, asked.filters, asked.group)
    return _Counting(_sql("event_durations.sql", seen=chosen.sql, visits=visits_sql()), chosen.parameters)


def _select(reader: Reader, counting: _Counting, wanted: Sequence[str]) -> list[Counts]:
    """Only what is wanted: the engine leaves out aggregates that nobody selects."""
    return reader.rows(f"SELECT grouped, {', '.join(wanted)} FROM ({counting.sql})", counting.parameters)


def _merge(found: dict[str, Counts], rows: list[Counts]) -> None:
    for row in rows:
        found.setdefault(row["grouped"], {}).update(row)


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)
