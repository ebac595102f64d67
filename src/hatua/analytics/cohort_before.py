"""Who was there before a range: of all that is stored, so of visits where these tell it."""

from collections.abc import Sequence
from string import Template

from hatua.analytics.actors import actors_of
from hatua.analytics.cohort_buckets import doing
from hatua.analytics.cohort_shapes import CohortQuestion
from hatua.analytics.conditions import conditions_of
from hatua.analytics.groups import ALL
from hatua.analytics.known import MOST_IDS
from hatua.analytics.question import EventMatch
from hatua.analytics.seen import Only, first_event_sql, links_sql, seen, visits_sql
from hatua.analytics.session_hours import hours_of
from hatua.analytics.timerange import Range
from hatua.analytics.visits import told_by_visits
from hatua.warehouse.sql import load

_ENDED = "v.ended_at < fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')"
_IDS = "greatest(length(v.user_ids), length(v.anonymous_ids))"
_UNTOLD = f"(NOT ({_ENDED}) OR {_IDS} = 0 OR {_IDS} >= {MOST_IDS})"


def actors_before(question: CohortQuestion, asked: Range, events: Sequence[EventMatch], path: str) -> str:
    """A SELECT of the key (as of `actors_of`) of everyone who did one of the events (of none: anything) before the
    range, under the question's filters; some more than once. It binds what `doing` binds of the same range."""
    if events or question.per != "person" or not told_by_visits(question.filters, ALL):
        return f"SELECT {actors_of(question.per).key} FROM ({_before(doing(question, asked, events, path).sql)})"
    visits = _before(visits_sql())
    conditions = " AND ".join(conditions_of(question.filters, first_event_sql()).sql) or "true"
    untold = hours_of(f"SELECT v.session_id FROM ({visits}) AS v WHERE {_UNTOLD} AND {conditions}")
    return Template(load("hatua.analytics", "sql/persons_before.sql")).substitute(
        visits=visits,
        ended=_ENDED,
        conditions=conditions,
        links=links_sql(),
        seen=_before(seen(question.project, asked, (), only=Only("$untold")).sql).replace("$untold", untold),
    )


def _before(selection: str) -> str:
    """The same selection from the beginning of time to that of the range."""
    return selection.replace("{from_ms:Int64}", "0").replace("{to_ms:Int64}", "{from_ms:Int64}")
