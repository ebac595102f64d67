"""Which events a question sees. Every answer that looks at single events stands on this."""

from collections.abc import Sequence
from string import Template
from typing import Any, NamedTuple

from hatua.analytics.conditions import conditions_of
from hatua.analytics.groups import ALL, Group
from hatua.analytics.question import Filter
from hatua.analytics.timerange import Range
from hatua.warehouse.sql import load

PAGE_VIEW = "(e.event_type = 'page' OR e.event_name = 'page_view')"
"""What a page view is; the sessions table counts them so too."""


class Seen(NamedTuple):
    """One composed SELECT. `entered`: conditions on the session for the visits a bounce rate is over."""

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
    persons: bool = True,
) -> Seen:
    """The events of a project in a range under filters. `condition`: one more; `columns`: what else of each event; both
    are our own SQL over e and, if `needs_visit`, v. Without `persons` neither persons nor sessions are found out."""
    found = conditions_of(filters, first_event_sql())
    needs_visit = needs_visit or found.needs_visit or group.needs_visit
    conditions = [*found.sql, *filter(None, (group.condition, condition))]
    name = "seen.sql" if persons else "seen_without_persons.sql"
    sql = Template(load("hatua.analytics", f"sql/{name}")).safe_substitute(
        grouped=group.of_event,
        is_pageview=PAGE_VIEW,
        columns="".join(f", {column}" for column in columns),
        links=named_links_sql(),
        visits=visits_join() if needs_visit else "",
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
    return Seen(sql, bound, group, _entered(found.entry, group))


def links_sql() -> str:
    """(anonymous_key, linked_key) of the project."""
    return load("hatua.analytics", "sql/links.sql")


def named_links_sql(whose: str = "true") -> str:
    """(anonymous_key, linked_key, linked_user, anonymous_id) of the project; the texts make it dearer. `whose`: our own
    condition over anonymous_id, by which the table is sorted."""
    return Template(load("hatua.analytics", "sql/named_links.sql")).substitute(whose=whose)


def visits_sql() -> str:
    """The sessions that may have an event in the range."""
    return load("hatua.analytics", "sql/visits.sql")


def visits_join() -> str:
    """Gives events (alias e) their visit (alias v)."""
    return f"INNER JOIN ({visits_sql()}) AS v ON v.session_key = e.session_key"


def first_event_sql() -> str:
    """The ids of the sessions whose first event meets `$condition`, which is left to fill in."""
    return Template(load("hatua.analytics", "sql/first_event.sql")).safe_substitute(visits=visits_sql())


def _entered(entry: str, group: Group) -> str:
    """Over keys of sessions: those that entered on a page the filters want, and on the row's page."""
    wanted = f"session_key IN (SELECT session_key FROM ({visits_sql()}) AS v WHERE {entry})" if entry else ""
    of_row = Template(group.entered).substitute(visits=visits_sql())
    return " AND ".join(filter(None, (wanted, of_row))) or "true"
