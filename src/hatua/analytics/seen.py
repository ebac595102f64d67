"""Which events a question sees, and the three ways of counting them. Every aggregate of the dashboard stands on this.

A group is what rows are counted by: nothing, a bucket of time, a value of a dimension, a cell of the week.
"""

from collections.abc import Sequence
from string import Template
from typing import Any, NamedTuple

from hatua.analytics.conditions import VISIT, conditions_of, value_parameters, value_sql
from hatua.analytics.dimensions import Dimension
from hatua.analytics.question import Filter
from hatua.analytics.reader import Reader
from hatua.analytics.timerange import Range
from hatua.warehouse.sql import load

Counts = dict[str, Any]
PAGE_VIEW = "(e.event_type = 'page' OR e.event_name = 'page_view')"
"""What a page view is; the sessions table counts them so too."""


class Group(NamedTuple):
    """`sql`: expression over the event (alias e) and, if `needs_visit`, its visit (alias v). `key`: what tells apart
    the rows in which a visitor's goal must be found; of a bucket, the bucket and the person."""

    sql: str
    parameters: dict[str, Any]
    needs_visit: bool = False
    key: str = "person"
    entered: str = ""
    condition: str = ""


ALL = Group("''", {})


def by_bucket(edges: Sequence[int]) -> Group:
    """The start of the bucket, Unix ms. `edges` as of `timerange.Buckets`."""
    sql = "roundDown(toUnixTimestamp64Milli(e.timestamp), {edges:Array(Int64)})"
    return Group(sql, {"edges": list(edges)}, key="(grouped, person)")


def by_week_cell(zone: str) -> Group:
    """0..167: Monday 00:00 first, local hours."""
    sql = "(toDayOfWeek(e.timestamp, 0, {tz:String}) - 1) * 24 + toHour(e.timestamp, {tz:String})"
    return Group(sql, {"tz": zone}, key="(grouped, person)")


def by_dimension(dimension: Dimension) -> Group:
    """The value of a dimension: the event's own, or for what belongs to the visit, of the visit's first event."""
    if dimension.belongs_to == "visit":
        value = f"{VISIT}.{dimension.visit_column}"
        condition = f"{value} != ''" if dimension.leaves_out_missing else ""
        return Group(f"toString({value})", {}, needs_visit=True, condition=condition)
    value = value_sql(dimension, "group_key")
    entered = "v.entry_page = m.grouped" if dimension.key == "page_path" else ""
    return Group(f"toString({value})", value_parameters(dimension, "group_key"), entered=entered)


class Seen(NamedTuple):
    """One composed selection. `entered`: condition on the visit for the visits a bounce rate is over."""

    sql: str
    parameters: dict[str, Any]
    group: Group
    entered: str


def seen(
    project: str,
    asked: Range,
    filters: Sequence[Filter],
    group: Group = ALL,
    *,
    condition: str = "",
    parameters: dict[str, Any] | None = None,
    columns: Sequence[str] = (),
    needs_visit: bool = False,
) -> Seen:
    """The events of a project in a range under filters. `condition`: one more; `columns`: what else of each event; both
    are our own SQL over e and, if `needs_visit`, v."""
    found = conditions_of(filters, first_event_sql())
    needs_visit = needs_visit or found.needs_visit or group.needs_visit
    conditions = [*found.sql, *filter(None, (group.condition, condition))]
    sql = Template(load("hatua.analytics", "sql/seen.sql")).substitute(
        grouped=group.sql,
        is_pageview=PAGE_VIEW,
        columns="".join(f", {column}" for column in columns),
        links=links_sql(),
        visits=f"INNER JOIN ({visits_sql()}) AS v ON v.session_id = e.session_id" if needs_visit else "",
        conditions=" AND ".join(conditions) or "true",
    )
    bound = {
        "project": project,
        "from_ms": asked.from_ms,
        "to_ms": asked.to_ms,
        **found.parameters,
        **group.parameters,
        **(parameters or {}),
    }
    entered = " AND ".join(filter(None, (found.entry, group.entered))) or "true"
    return Seen(sql, bound, group, entered)


def event_metrics(reader: Reader, chosen: Seen, tail: str = "") -> list[Counts]:
    """[{grouped, visitors, users, sessions, pageviews, events}], one a group."""
    return _run(reader, "event_metrics.sql", chosen, tail)


def session_metrics(reader: Reader, chosen: Seen) -> list[Counts]:
    """[{grouped, sessions, duration_ms (sum), median_ms, entered, bounces}]; bounces of the visits that entered."""
    return _run(reader, "session_metrics.sql", chosen, entered=chosen.entered, visits=visits_sql())


def conversions(reader: Reader, chosen: Seen, project: str, asked: Range, goal: str) -> list[Counts]:
    """[{grouped, visitors, conversions}]."""
    by_time = chosen.group if chosen.group.key != "person" else ALL
    reached = seen(project, asked, (), by_time, condition="e.event_name = {goal:String}")
    chosen = chosen._replace(parameters={**chosen.parameters, "goal": goal})
    return _run(reader, "conversions.sql", chosen, goal=reached.sql, key=chosen.group.key)


def _run(reader: Reader, name: str, chosen: Seen, tail: str = "", **parts: str) -> list[Counts]:
    text = Template(load("hatua.analytics", f"sql/{name}")).substitute(seen=chosen.sql, **parts)
    return reader.rows(f"{text}\n{tail}", chosen.parameters)


def links_sql() -> str:
    """(anonymous_id, linked_user) of the project."""
    return load("hatua.analytics", "sql/links.sql")


def visits_sql() -> str:
    """The sessions that may have an event in the range."""
    return load("hatua.analytics", "sql/visits.sql")


def first_event_sql() -> str:
    """The ids of the sessions whose first event meets `$condition`, which is left to fill in."""
    return Template(load("hatua.analytics", "sql/first_event.sql")).safe_substitute(visits=visits_sql())
