"""Visits, kept in the engine for all panels of a page: what a question about visits, or about what their rows tell, is
counted from.

A visit of one person that lies in the range is told by its row of the sessions table: a twelfth of the rows, and no
texts of ids. Any other (it crosses an edge of the range, is of several persons, is too long to be told, was stored
before rows told so much) is listed, and told by its events. Under filters on single events, all are. Both ways give
the same numbers."""

from collections.abc import Sequence
from string import Template
from typing import Any, NamedTuple

from hatua.analytics.conditions import Conditions, conditions_of
from hatua.analytics.dimensions import dimension_of
from hatua.analytics.groups import Group
from hatua.analytics.question import Filter
from hatua.analytics.reader import Keeper
from hatua.analytics.seen import Only, first_event_sql, links_of, links_sql, seen, visits_sql
from hatua.analytics.timerange import Range
from hatua.analytics.visit_columns import Columns
from hatua.warehouse.sql import load

_MOST_LISTED = 500
"""More than this are not sent to the engine but asked for where they are needed."""
_MOST_IDS = 1_000
_DURATION = "toUnixTimestamp64Milli(v.ended_at) - toUnixTimestamp64Milli(v.started_at)"
_DECIDED = (
    "v.started_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')",
    "v.ended_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')",
    "notEmpty(v.quarters)",
    "length(v.user_keys) <= 1",
    "length(v.anonymous_keys) <= 1",
    "length(v.user_keys) + length(v.anonymous_keys) > 0",
)
_PERSON = (
    "if(f.user_key != 0, f.user_key, if(l.linked_key != 0, l.linked_key, f.anonymous_key)) AS person_key",
    "f.user_key != 0 OR l.linked_key != 0 AS known",
    "f.user_key != 0 AND f.anonymous_key != 0 AND l.linked_key != f.user_key AS mixed",
)
_PERSON_OF_EVENTS = ("p.person_key AS person_key", "p.known AS known", "toUInt8(0) AS mixed")
_NO_PERSON = ("toUInt32(0) AS person", "toUInt8(0) AS known", "toUInt8(0) AS converted")


class Scope(NamedTuple):
    """Which visits: of a project, in a range, under filters. `goal`: the event name of a conversion, "" for none."""

    project: str
    range: Range
    filters: Sequence[Filter]
    goal: str = ""


class Kept(NamedTuple):
    """`visits`: one row a visit and person, its columns as of `Columns`, and the person as a small number. `goals`:
    (person_key, at) of each goal in range, whatever the filters; "" where nobody asks."""

    visits: str
    goals: str
    parameters: dict[str, Any]


class _Listed(NamedTuple):
    """Visits by their ids and what is asked of them besides their events; where they are many, a SELECT of the ids."""

    rows: list[dict[str, Any]]
    sql: str = ""

    @property
    def ids(self) -> str:
        return f"({self.sql})" if self.sql else "{listed_ids:Array(String)}"


class Visits:
    """The visits of some panels about one scope."""

    def __init__(self, scope: Scope, groups: Sequence[Group], *, persons: bool) -> None:
        """Without `persons` nobody is told apart where rows tell all else."""
        self.scope = scope
        self.columns = Columns(groups)
        self._told = all(told_by_visits(scope.filters, group) for group in groups)
        found: Conditions = conditions_of(scope.filters, first_event_sql())
        self._persons = persons or not self._told
        self._conditions = " AND ".join(found.sql) or "true"
        self._enters = found.entry or "true"
        self._parameters: dict[str, Any] = {
            "project": scope.project,
            "from_ms": scope.range.from_ms,
            "to_ms": scope.range.to_ms,
            "goal": scope.goal,
            **found.parameters,
        }
        for group in groups:
            self._parameters |= group.parameters

    def keep(self, keeper: Keeper, *, goals_by_time: bool) -> Kept:
        """`goals_by_time`: a panel asks when goals were. Raises what the warehouse raises."""
        goals = ""
        elsewhere = bool(self.scope.goal and self.scope.filters)
        if self.scope.goal and (elsewhere or goals_by_time):
            found = goals_of(self.scope)
            goals = keeper.keep(f"SELECT person_key, at FROM ({found[0]})", found[1])
        facts = self._facts(keeper)
        if not self._persons:
            return Kept(facts, goals, self._parameters)
        numbered = _sql(
            "visits_numbered.sql",
            facts=facts,
            left_out="number, mixed" if goals_by_time else "number, mixed, person_key",
            # Filters choose the visitors; their goal may be anywhere in the range.
            converted=f"person_key IN (SELECT person_key FROM {goals})" if elsewhere else "max(achieved)",
        )
        visits = keeper.keep(numbered)
        keeper.forget(facts)
        return Kept(visits, goals, self._parameters)

    def _facts(self, keeper: Keeper) -> str:
        """The name of the kept rows, persons by their keys."""
        if not self._told:
            sql, parameters = self._by_events(None)
            return keeper.keep(_rows_numbered(sql), parameters)
        undecided = f"NOT ({' AND '.join((*_DECIDED, *self.columns.decided))})"
        listed = self._listed(keeper, undecided)
        sql, parameters = self._by_rows(), self._parameters
        if listed.rows or listed.sql:
            events, parameters = self._by_events(listed)
            sql = f"{sql}\nUNION ALL\n{events}"
        facts = keeper.keep(_rows_numbered(sql), parameters)
        if not self._persons:
            return facts
        (row,) = keeper.rows(f"SELECT countIf(mixed) AS mixed FROM {facts}")
        return self._without_mixed(keeper, facts) if row["mixed"] else facts

    def _without_mixed(self, keeper: Keeper, facts: str) -> str:
        listed = self._listed(keeper, f"v.session_key IN (SELECT session_key FROM {facts} WHERE mixed)")
        events, parameters = self._by_events(listed)
        sql = f"SELECT * EXCEPT number FROM {facts} WHERE NOT mixed\nUNION ALL\n{events}"
        told = keeper.keep(_rows_numbered(sql), parameters)
        keeper.forget(facts)
        return told

    def _by_rows(self) -> str:
        told = self.columns.told(
            _DURATION, "CAST(has(v.names, {goal:String}), 'UInt8')" if self.scope.goal else "toUInt8(0)"
        )
        person, joined = _NO_PERSON, ""
        if self._persons:
            links = links_sql(links_of(self.scope.range, f"SELECT arrayJoin(anonymous_ids) FROM ({visits_sql()})"))
            person, joined = _PERSON, f"LEFT ANY JOIN ({links}) AS l ON l.anonymous_key = f.anonymous_key"
        return _sql(
            "told_visits.sql",
            columns=",\n    ".join((*(f"f.{name} AS {name}" for name in self.columns.names), *person)),
            told=",\n        ".join(f"{value} AS {name}" for name, value in told.items()),
            visits=visits_sql(),
            decided=" AND ".join((*_DECIDED, *self.columns.decided)),
            conditions=self._conditions,
            joined=joined,
        )

    def _by_events(self, listed: _Listed | None) -> tuple[str, dict[str, Any]]:
        """All visits with an event that meets the filters; or listed ones, which were chosen already, so that no filter
        is asked again."""
        visits = f"SELECT *, {_DURATION} AS duration FROM ({visits_sql()}) AS v"
        only = None
        if listed is not None:
            visits = self._listed_visits(listed, visits)
            only = Only(listed.ids, visits, _whose(listed))
        found = seen(
            self.scope.project,
            self.scope.range,
            () if listed else self.scope.filters,
            columns=("CAST(e.event_name = {goal:String}, 'UInt8') AS is_goal", *self.columns.of_events()),
            parameters=self._parameters,
            only=only,
        )
        told = self.columns.by_events("true" if listed else self._enters)
        sql = _sql(
            "visits_by_events.sql",
            columns=",\n    ".join(
                (
                    *(f"{told[name]} AS {name}" for name in self.columns.names),
                    *(_PERSON_OF_EVENTS if self._persons else _NO_PERSON),
                )
            ),
            own=self.columns.own(),
            collected=self.columns.collected(),
            seen=found.sql,
            visits=visits,
        )
        parameters = dict(found.parameters)
        if listed is not None:
            parameters["listed_ids"] = [row["session_id"] for row in listed.rows]
            parameters["listed"] = [
                (row["session_id"], row["entry_page"], row["non_heartbeat_events"], row["duration"], row["values"])
                for row in listed.rows
            ]
            parameters["listed_anonymous"] = sorted({one for row in listed.rows for one in row["anonymous_ids"]})
        return sql, parameters

    def _listed_visits(self, listed: _Listed, visits: str) -> str:
        if listed.sql:
            return f"{visits} WHERE v.session_id IN {listed.ids}"
        values = "".join(
            f", one.5[{place}] AS {name}" for place, name in enumerate(self.columns.of_visit, 1) if name != "entry_page"
        )
        kind = "Array(Tuple(String, String, UInt32, Int64, Array(String)))"
        return (
            f"SELECT cityHash64(one.1) AS session_key, one.2 AS entry_page, one.3 AS non_heartbeat_events,"
            f" one.4 AS duration{values} FROM (SELECT arrayJoin({{listed:{kind}}}) AS one)"
        )

    def _listed(self, keeper: Keeper, undecided: str) -> _Listed:
        values = ", ".join(f"toString(v.{name})" for name in self.columns.of_visit)
        columns = (
            f"v.entry_page AS entry_page, v.non_heartbeat_events AS non_heartbeat_events, {_DURATION} AS duration,"
            f" CAST([{values}], 'Array(String)') AS values"
        )
        sql = _sql(
            "visits_undecided.sql",
            columns=columns,
            visits=visits_sql(),
            undecided=undecided,
            conditions=self._conditions,
        )
        rows = keeper.rows(f"{sql} LIMIT {_MOST_LISTED + 1}", self._parameters)
        if len(rows) > _MOST_LISTED:
            return _Listed([], f"SELECT session_id FROM ({sql})")
        return _Listed(rows)


def told_by_visits(filters: Sequence[Filter], group: Group) -> bool:
    """Whether the sessions table knows everything that filters and group are about."""
    return group.told_by_visits and all(
        _is_of_visit(each, f"filters[{index}].dimension") for index, each in enumerate(filters)
    )


def goals_of(scope: Scope) -> tuple[str, dict[str, Any]]:
    """A SELECT of (person_key, at, ...) of the goals in range, whatever the filters, and its parameters."""
    goal = {"goal": scope.goal}
    found = seen(
        scope.project,
        scope.range,
        (),
        condition="e.event_name = {goal:String}",
        parameters=goal,
        columns=("e.timestamp AS at",),
    )
    return found.sql, found.parameters


def _is_of_visit(each: Filter, path: str) -> bool:
    dimension = dimension_of(each.dimension, path)
    scope = each.scope or dimension.belongs_to
    return dimension.visit_column is not None and (scope == "visit" or dimension.event_column is None)


def _whose(listed: _Listed) -> str:
    """A condition that every anonymous id of the listed visits meets. A row keeps no more than so many of a visit."""
    if listed.sql or any(len(row["anonymous_ids"]) >= _MOST_IDS for row in listed.rows):
        return "true"
    return "anonymous_id IN {listed_anonymous:Array(String)}"


def _rows_numbered(sql: str) -> str:
    return f"SELECT toUInt32(rowNumberInAllBlocks()) AS number, * FROM (\n{sql}\n)"


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)
