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

_MOST_IDS = 1_000
"""A visit's row keeps no more of its anonymous ids."""
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
    "toUInt8(f.user_key != 0 OR l.linked_key != 0) AS known",
    "f.decided AND NOT (f.user_key != 0 AND f.anonymous_key != 0 AND l.linked_key != f.user_key) AS told",
)
_PERSON_OF_EVENTS = ("p.person_key AS person_key", "p.known AS known")
_NO_PERSON = ("toUInt32(0) AS person", "toUInt8(0) AS known", "toUInt8(0) AS converted")
_OF_A_ROW = "session_key, person, known, converted, entry_page, non_heartbeat_events, duration"


class Scope(NamedTuple):
    """Which visits: of a project, in a range, under filters. `goal`: the event name of a conversion, "" for none."""

    project: str
    range: Range
    filters: Sequence[Filter]
    goal: str = ""


class Kept(NamedTuple):
    """Names of kept rows, "" where there are none. `told`: one a visit, from its row; `by_events`: one a visit and
    person; both with the columns of `Columns` and the person as a small number. `goals`: (person_key, at) of each goal
    in range, where filters leave out visits."""

    told: str
    by_events: str
    goals: str
    parameters: dict[str, Any]


class Visits:
    """The visits of some panels about one scope."""

    def __init__(self, scope: Scope, groups: Sequence[Group], *, persons: bool, goals_by: Sequence[Group] = ()) -> None:
        """Without `persons` nobody is told apart where rows tell all else. `goals_by`: those of the groups that are
        buckets of time by which goals are counted."""
        self.scope = scope
        # Filters choose the visitors; their goal may be in a visit that the filters leave out.
        self._goals_apart = bool(goals_by and scope.filters)
        self._columns = Columns(groups, () if scope.filters else goals_by)
        self._told = all(told_by_visits(scope.filters, group) for group in groups)
        self._persons = persons or not self._told
        found: Conditions = conditions_of(scope.filters, first_event_sql())
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

    def keep(self, keeper: Keeper) -> Kept:
        """Raises what the warehouse raises."""
        goals = self._goals(keeper) if self.scope.goal and self.scope.filters else ""
        told, events = self._rows(keeper)
        if not self._persons:
            return Kept(f"(SELECT * FROM {told} WHERE told)", events, goals, self._parameters)
        numbers = self._numbers(told, events, goals)
        if told and events:
            numbers = f"SELECT * FROM {keeper.keep(numbers)}"
        if events:
            among = f"{numbers} WHERE person_key IN (SELECT person_key FROM {events})" if told else numbers
            events = self._numbered(keeper, events, among, "number")
        if told:
            told = self._numbered(keeper, told, numbers, "number, told, listed_id, listed_from, listed_anonymous")
        return Kept(told, events, goals, self._parameters)

    def rows_of(self, group: Group, kept: Kept, *, keys: bool = False) -> str:
        """A SELECT of one row a visit, person and value: value, value_events, value_views, once (the visit counts here
        for the value), value_goal (the goal was here), session_key, person, known, converted, entry_page,
        non_heartbeat_events, duration (ms), enters; with `keys`, person_key."""
        columns = f"{_OF_A_ROW}, person_key" if keys else _OF_A_ROW
        found = []
        if kept.told:
            found.append(self._columns.rows_told(group, kept.told, f"{columns}, toUInt8(1) AS enters"))
        if kept.by_events:
            found.append(self._columns.rows_by_events(group, kept.by_events, f"{columns}, enters"))
        return "\nUNION ALL\n".join(found)

    def rows_with_another(self, group: Group, kept: Kept, shown: str) -> str:
        """A SELECT of (person, session_key, alone): visits that have another value than the `shown` ones (a parameter)
        of a group that rows tell. `alone`: there is no other row of the visit."""
        found = []
        if kept.told and group.told_as:
            another = f"arrayExists(one -> one NOT IN {shown}, {group.told_as[0]})"
            found.append(f"SELECT person, session_key, true AS alone FROM {kept.told} WHERE {another}")
        if kept.by_events:
            rows = self._columns.rows_by_events(group, kept.by_events, "person, session_key")
            found.append(f"SELECT person, session_key, false AS alone FROM ({rows}) WHERE value NOT IN {shown}")
        return "\nUNION ALL\n".join(found)

    def entries(self, group: Group, kept: Kept) -> str:
        """A SELECT of (value, non_heartbeat_events), one row a visit that entered with a page of the group."""
        found = []
        if kept.told and group.told_as:
            # The page of a page view is one of the visit's; a visit without one entered on none.
            entered = f"pageviews > 0 OR has({group.told_as[0]}, '')"
            found.append(f"SELECT entry_page AS value, non_heartbeat_events FROM {kept.told} WHERE {entered}")
        if kept.by_events:
            columns = "enters, entry_page, non_heartbeat_events"
            rows = self._columns.rows_by_events(group, kept.by_events, columns)
            entered = "once AND enters AND value = entry_page"
            found.append(f"SELECT value, non_heartbeat_events FROM ({rows}) WHERE {entered}")
        return "\nUNION ALL\n".join(found)

    def _goals(self, keeper: Keeper) -> str:
        found = seen(
            self.scope.project,
            self.scope.range,
            (),
            condition="e.event_name = {goal:String}",
            parameters={"goal": self.scope.goal},
            columns=("e.timestamp AS at",),
        )
        return keeper.keep(f"SELECT person_key, at FROM ({found.sql})", found.parameters)

    def _rows(self, keeper: Keeper) -> tuple[str, str]:
        """Names of kept rows, persons by their keys: of visits by their rows (some of them not `told`), by events."""
        if not self._told:
            return "", keeper.keep(*self._by_events())
        told = keeper.keep(self._by_rows(), self._parameters)
        (listed,) = keeper.rows(f"SELECT count() AS n, max(length(listed_anonymous)) AS ids FROM {told} WHERE NOT told")
        if not listed["n"]:
            return told, ""
        whose = "true"
        if listed["ids"] < _MOST_IDS:
            whose = f"anonymous_id IN (SELECT arrayJoin(listed_anonymous) FROM {told} WHERE NOT told)"
        return told, keeper.keep(*self._by_events(told, whose))

    def _numbers(self, told: str, events: str, goals: str) -> str:
        """A SELECT of (person_key, person, converted)."""
        columns = "SELECT person_key, number, achieved FROM"
        rows = [f"{columns} {told} WHERE told"] if told else []
        rows += [f"{columns} {events}"] if events else []
        # Filters choose the visitors; their goal may be anywhere in the range.
        converted = f"person_key IN (SELECT person_key FROM {goals})" if goals else "max(achieved)"
        return _sql("visit_numbers.sql", visits="\nUNION ALL\n".join(rows), converted=converted)

    def _numbered(self, keeper: Keeper, name: str, numbers: str, left_out: str) -> str:
        sql = _sql(
            "visits_numbered.sql",
            visits=name,
            persons=numbers,
            left_out=left_out if self._goals_apart else f"{left_out}, person_key",
            told="f.told" if "told" in left_out else "true",
        )
        numbered = keeper.keep(sql)
        keeper.forget(name)
        return numbered

    def _by_rows(self) -> str:
        achieved = "CAST(has(v.names, {goal:String}), 'UInt8')" if self.scope.goal else "toUInt8(0)"
        told = self._columns.told(_DURATION, achieved)
        person: tuple[str, ...] = (*_NO_PERSON, "f.decided AS told")
        joined = ""
        if self._persons:
            links = links_sql(links_of(self.scope.range, f"SELECT arrayJoin(anonymous_ids) FROM ({visits_sql()})"))
            person, joined = _PERSON, f"LEFT ANY JOIN ({links}) AS l ON l.anonymous_key = f.anonymous_key"
        return _sql(
            "told_visits.sql",
            columns=",\n    ".join((*(f"f.{name} AS {name}" for name in told), *person)),
            told=",\n        ".join(f"{value} AS {name}" for name, value in told.items()),
            visits=visits_sql(),
            decided=" AND ".join((*_DECIDED, *self._columns.decided)),
            conditions=self._conditions,
            joined=joined,
        )

    def _by_events(self, listed: str = "", whose: str = "") -> tuple[str, dict[str, Any]]:
        """All visits with an event that meets the filters; or those of the kept rows `listed` that are not told: they
        were chosen already, so that no filter is asked again. `whose`: as of `Only`."""
        visits = f"SELECT *, {_DURATION} AS duration FROM ({visits_sql()}) AS v"
        only = None
        if listed:
            visits = f"SELECT * FROM {listed} WHERE NOT told"
            only = Only(_sql("listed_hours.sql", told=listed), whose)
        found = seen(
            self.scope.project,
            self.scope.range,
            () if listed else self.scope.filters,
            columns=("CAST(e.event_name = {goal:String}, 'UInt8') AS is_goal", *self._columns.of_events()),
            parameters=self._parameters,
            only=only,
        )
        columns = self._columns.by_events("true" if listed else self._enters, listed=bool(listed))
        sql = _sql(
            "visits_by_events.sql",
            columns=",\n    ".join(
                (
                    *(f"{value} AS {name}" for name, value in columns.items()),
                    *(_PERSON_OF_EVENTS if self._persons else _NO_PERSON),
                )
            ),
            own=self._columns.own(),
            collected=self._columns.collected(),
            seen=found.sql,
            visits=visits,
        )
        return sql, found.parameters


def told_by_visits(filters: Sequence[Filter], group: Group) -> bool:
    """Whether the sessions table knows everything that filters and group are about."""
    return group.told_by_visits and all(
        _is_of_visit(each, f"filters[{index}].dimension") for index, each in enumerate(filters)
    )


def _is_of_visit(each: Filter, path: str) -> bool:
    dimension = dimension_of(each.dimension, path)
    scope = each.scope or dimension.belongs_to
    return dimension.visit_column is not None and (scope == "visit" or dimension.event_column is None)


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)
