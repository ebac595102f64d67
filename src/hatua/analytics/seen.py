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


_SHORT_MS = 3 * 86_400_000
_ANONYMOUS_EVENTS = (
    "SELECT anonymous_id FROM events WHERE project_id = {project:String} AND user_id = ''"
    " AND timestamp >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')"
    " AND timestamp < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')"
)


class Only(NamedTuple):
    """Some sessions. `hours`: a SELECT of (project_id, hour, session_id), with which the sort key of events begins, so
    that only the granules of these are read; `whose`: a condition that every anonymous_id of their events meets."""

    hours: str
    whose: str = "true"


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
    only: Only | None = None,
    whose: str = "",
) -> Seen:
    """The events of a project in a range under filters. `condition`: one more; `columns`: what else of each event; both
    are our own SQL over e and, if `needs_visit`, v. Without `persons` neither persons nor sessions are found out.
    `only`: events of some sessions; nothing else is read then. `whose`: a condition that the links of all their
    anonymous ids meet, where one is known beforehand."""
    found = conditions_of(filters, first_event_sql())
    needs_visit = needs_visit or found.needs_visit or group.needs_visit
    conditions = [*found.sql, *filter(None, (group.condition, condition))]
    if only is not None:
        conditions.append(f"(e.project_id, toStartOfHour(e.timestamp), e.session_id) IN ({only.hours})")
    name = "seen.sql" if persons else "seen_without_persons.sql"
    sql = Template(load("hatua.analytics", f"sql/{name}")).safe_substitute(
        grouped=group.of_event,
        is_pageview=PAGE_VIEW,
        columns="".join(f", {column}" for column in columns),
        links=named_links_sql(whose or (only.whose if only else links_of(asked, _ANONYMOUS_EVENTS))),
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
    return Seen(sql, bound, group, _entered(found.entry))


def links_sql(whose: str = "true") -> str:
    """(anonymous_key, linked_key) of the project. `whose`: our own condition over anonymous_id, by which the table is
    sorted."""
    return Template(load("hatua.analytics", "sql/links.sql")).substitute(whose=whose)


def links_of(asked: Range, anonymous_ids: str) -> str:
    """Whose links matter: of a short range only those of the ids that a SELECT finds in it; of a long one looking for
    them costs more than it saves."""
    return f"anonymous_id IN ({anonymous_ids})" if asked.to_ms - asked.from_ms <= _SHORT_MS else "true"


def named_links_sql(whose: str = "true") -> str:
    """(anonymous_key, linked_key, linked_user, anonymous_id) of the project; the texts make it dearer. `whose`: as of
    `links_sql`."""
    return Template(load("hatua.analytics", "sql/named_links.sql")).substitute(whose=whose)


def visits_sql() -> str:
    """The sessions that may have an event in the range."""
    return load("hatua.analytics", "sql/visits.sql")


def visits_join() -> str:
    """Gives events (alias e) their visit (alias v), of all that may have an event in the range."""
    return f"INNER JOIN ({visits_sql()}) AS v ON v.session_key = e.session_key"


def first_event_sql() -> str:
    """The ids of the sessions whose first event meets `$condition`, which is left to fill in."""
    return Template(load("hatua.analytics", "sql/first_event.sql")).safe_substitute(visits=visits_sql())


def _entered(entry: str) -> str:
    """Over keys of sessions: those that entered on a page the filters want."""
    return f"session_key IN (SELECT session_key FROM ({visits_sql()}) AS v WHERE {entry})" if entry else "true"
