"""Visits instead of events: what a question about visits, or about what their rows tell, is counted from.

A visit of one person that lies in the range is told by its row of the sessions table: a twelfth of the rows, and no
texts of ids. Any other (it crosses an edge of the range, is of several persons, is too long to be told, was stored
before rows told so much) is listed, and told by its events. Both ways give the same numbers."""

from collections.abc import Sequence
from string import Template
from typing import Any, NamedTuple

from hatua.analytics.conditions import Conditions, conditions_of
from hatua.analytics.dimensions import dimension_of
from hatua.analytics.groups import QUARTER_MS, Group, bucket_of
from hatua.analytics.question import Filter
from hatua.analytics.reader import Reader
from hatua.analytics.seen import Only, Seen, first_event_sql, links_of, links_sql, seen, visits_sql
from hatua.analytics.timerange import Range
from hatua.warehouse.sql import load

_MOST_LISTED = 500
"""More than this are not sent to the engine but asked for where they are needed."""
_MOST_IDS = 1_000
_LISTED = ("session_id", "entry_page", "non_heartbeat_events", "duration", "listed_value")
_NO_PERSONS = "toUInt64(0) AS person_key, false AS known, achieved, false AS mixed"
_TOLD_COLUMNS = (
    "values, value_events, value_views, session_key, entry_page, non_heartbeat_events, duration, told, first"
)


class Facts(NamedTuple):
    """`sql`: a SELECT of one row a visit (a listed one: a row a value and person), its values in arrays. Where any row
    is `mixed`, ask again with `listed_mixed`."""

    sql: str
    parameters: dict[str, Any]


class Listed(NamedTuple):
    """Visits by their ids and what is asked of them besides their events; where they are many, a SELECT of the ids.
    `beyond`: there are others than those whose rows are seen to tell too little."""

    rows: list[dict[str, Any]]
    sql: str = ""
    beyond: bool = False


class Visits:
    """The visits of one question."""

    def __init__(self, project: str, asked: Range, filters: Sequence[Filter], group: Group, goal: str) -> None:
        self.project, self.range, self.filters, self.group, self.goal = project, asked, filters, group, goal
        found: Conditions = conditions_of(filters, first_event_sql())
        self._conditions = " AND ".join([*found.sql, *filter(None, (group.condition,))]) or "true"
        self.parameters: dict[str, Any] = {
            "project": project,
            "from_ms": asked.from_ms,
            "to_ms": asked.to_ms,
            "goal": goal,
            **found.parameters,
            **group.parameters,
        }

    def listed(self, reader: Reader) -> Listed:
        """The visits that their rows cannot tell. Raises what the warehouse raises."""
        return self._ids(reader, self._sql("visits_undecided.sql"))

    def listed_mixed(self, reader: Reader) -> Listed:
        """The same with those of two persons, which takes a look at every visit's link."""
        return self._ids(reader, self._sql("visits_mixed.sql", links=self._links()))._replace(beyond=True)

    def facts(self, listed: Listed, *, persons: bool = True) -> Facts:
        """Without `persons` nobody is told apart, and no row is mixed."""
        values, value_events, value_views = self._values()
        ids = f"({listed.sql})" if listed.sql else "{listed_ids:Array(String)}"
        told = self._sql(
            "visit_values.sql",
            values=values,
            value_events=value_events,
            value_views=value_views,
            unlisted=f"v.session_id NOT IN {ids}" if listed.beyond else "true",
        )
        if persons:
            sql = _substituted("visit_persons.sql", visits=told, links=self._links())
        else:
            sql = f"SELECT {_TOLD_COLUMNS}, {_NO_PERSONS} FROM ({told})"
        if not listed.rows and not listed.sql:
            return Facts(sql, self.parameters)
        events = self._events(Only(ids, self._listed_visits(listed, ids), _whose(listed)))
        parameters = {
            **events.parameters,
            **self.parameters,
            "listed_ids": [row["session_id"] for row in listed.rows],
            "listed": [tuple(row[name] for name in _LISTED) for row in listed.rows],
            "listed_anonymous": sorted({one for row in listed.rows for one in row["anonymous_ids"]}),
        }
        return Facts(f"{sql}\nUNION ALL\n{_substituted('visit_events.sql', seen=events.sql)}", parameters)

    def _links(self) -> str:
        return links_sql(links_of(self.range, f"SELECT arrayJoin(anonymous_ids) FROM ({visits_sql()})"))

    def _events(self, only: Only) -> Seen:
        """Of visits that were chosen already, so that no filter is asked again."""
        return seen(
            self.project,
            self.range,
            (),
            self.group,
            columns=(
                "v.entry_page AS entry_page",
                "v.non_heartbeat_events AS non_heartbeat_events",
                "v.duration AS duration",
                "e.event_name = {goal:String} AS is_goal",
            ),
            needs_visit=True,
            only=only,
        )

    def _listed_visits(self, listed: Listed, ids: str) -> str:
        if listed.sql:
            duration = "toUnixTimestamp64Milli(ended_at) - toUnixTimestamp64Milli(started_at) AS duration"
            return f"SELECT *, {duration} FROM ({visits_sql()}) WHERE session_id IN {ids}"
        group = self.group.of_visit.removeprefix("v.") if self.group.of_visit.startswith("v.") else "listed_value"
        columns = {"non_heartbeat_events": "one.3", "duration": "one.4", "entry_page": "toLowCardinality(one.2)"}
        columns.setdefault(group, "toLowCardinality(one.5)")
        named = ", ".join(f"{value} AS {name}" for name, value in columns.items())
        kind = "Array(Tuple(String, String, UInt32, Int64, String))"
        return f"SELECT cityHash64(one.1) AS session_key, {named} FROM (SELECT arrayJoin({{listed:{kind}}}) AS one)"

    def _ids(self, reader: Reader, sql: str) -> Listed:
        rows = reader.rows(f"{sql} LIMIT {_MOST_LISTED + 1}", self.parameters)
        if len(rows) > _MOST_LISTED:
            return Listed([], f"SELECT session_id FROM ({sql})")
        return Listed(rows)

    def _values(self) -> tuple[str, str, str]:
        """Arrays over the visit (alias v): its values, and the events and page views of each."""
        group = self.group
        if group.told_as:
            values, events, views = group.told_as
            return f"v.{values}", f"v.{events}", f"v.{views}"
        if not group.bucket:
            return f"[{group.of_visit}]", "[v.events]", "[v.pageviews]"
        if group.by_quarters:
            return self._buckets(), "v.quarter_events", "v.quarter_views"
        return f"[{bucket_of(group, 'v.started_at')}]", "[v.events]", "[v.pageviews]"

    def _buckets(self) -> str:
        instant = f"fromUnixTimestamp64Milli(toInt64(quarter) * {QUARTER_MS}, 'UTC')"
        return f"arrayMap(quarter -> {bucket_of(self.group, instant)}, v.quarters)"

    def _decided(self) -> str:
        conditions = [
            "v.started_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')",
            "v.ended_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')",
            "notEmpty(v.quarters)",
            "length(v.user_keys) <= 1",
            "length(v.anonymous_keys) <= 1",
            "length(v.user_keys) + length(v.anonymous_keys) > 0",
        ]
        if self.group.bucket and not self.group.by_quarters:
            conditions.append(self.group.inside)
        elif self.group.bucket and self.goal:
            # In which of its buckets the goal was, the row does not tell.
            conditions.append(f"NOT (has(v.names, {{goal:String}}) AND length(arrayDistinct({self._buckets()})) > 1)")
        return " AND ".join(conditions)

    def _sql(self, name: str, **parts: str) -> str:
        return _substituted(
            name,
            visits=visits_sql(),
            decided=self._decided(),
            conditions=self._conditions,
            listed_value=self.group.of_visit or "''",
            **parts,
        )


def _whose(listed: Listed) -> str:
    """Sessions keep at most `_MOST_IDS` anonymous ids: of one with so many, there may be others."""
    if listed.sql or any(len(row["anonymous_ids"]) >= _MOST_IDS for row in listed.rows):
        return "true"
    return "anonymous_id IN {listed_anonymous:Array(String)}"


def told_by_visits(filters: Sequence[Filter], group: Group) -> bool:
    """Whether the sessions table knows everything that filters and group are about."""
    return bool(group.of_visit or group.bucket or group.told_as) and all(
        _is_of_visit(each, f"filters[{index}].dimension") for index, each in enumerate(filters)
    )


def _is_of_visit(each: Filter, path: str) -> bool:
    dimension = dimension_of(each.dimension, path)
    scope = each.scope or dimension.belongs_to
    return dimension.visit_column is not None and (scope == "visit" or dimension.event_column is None)


def _substituted(name: str, **parts: str) -> str:
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)
