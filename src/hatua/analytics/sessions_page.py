"""Which sessions a page of the list shows, and how many there are in all."""

from collections.abc import Sequence
from string import Template
from typing import Any, NamedTuple

from hatua.analytics.cursor import decode_cursor, encode_cursor
from hatua.analytics.reader import Reader
from hatua.analytics.seen import links_of, named_links_sql, seen, visits_sql
from hatua.analytics.session_shapes import SessionsQuestion
from hatua.analytics.timerange import Range, range_of
from hatua.analytics.week_cell import in_week_cell
from hatua.warehouse.sql import load

SHOWN = (
    "v.session_id IN {shown:Array(String)}"
    " AND v.started_at BETWEEN fromUnixTimestamp64Milli({oldest_ms:Int64}, 'UTC')"
    " AND fromUnixTimestamp64Milli({latest_ms:Int64}, 'UTC')"
)
"""Of visits (alias v): those of the page. The sort key begins with the day of the start, so only the granules of these
days are read."""
_SEARCHED = ("session_id", "entry_page", "exit_page", "city")


class Page(NamedTuple):
    """`parameters`: what `SHOWN` over `visits_sql` needs bound; empty for a page without sessions."""

    parameters: dict[str, Any]
    total: int
    next_cursor: str | None


def page_of(reader: Reader, question: SessionsQuestion) -> Page:
    """Keyset by (start, id), latest start first. Raises InvalidQuestion, and what the warehouse raises."""
    asked = range_of(question)
    parameters: dict[str, Any] = {"project": question.project, "from_ms": asked.from_ms, "to_ms": asked.to_ms}
    chosen = _chosen(question, asked, parameters)
    after = "true"
    if question.cursor:
        at_ms, at_session = decode_cursor(question.cursor, (int, str))
        after = "(-toUnixTimestamp64Milli(started_at), session_id) > (-{at_ms:Int64}, {at_session:String})"
        parameters |= {"at_ms": at_ms, "at_session": at_session}
    rows = reader.rows(
        _sql("sessions_page.sql", chosen=chosen, after=after), {**parameters, "limit": question.limit + 1}
    )
    if not rows and question.cursor:  # nothing is left after it
        rows = reader.rows(_sql("sessions_page.sql", chosen=chosen, after="true"), {**parameters, "limit": 1})
        return Page({}, rows[0]["total"] if rows else 0, None)
    if not rows:
        return Page({}, 0, None)
    shown = rows[: question.limit]
    last = shown[-1]
    parameters |= {
        "shown": [row["session_id"] for row in shown],
        "oldest_ms": last["started_ms"],
        "latest_ms": shown[0]["started_ms"],
    }
    more = encode_cursor(last["started_ms"], last["session_id"]) if len(rows) > question.limit else None
    return Page(parameters, rows[0]["total"], more)


def _chosen(question: SessionsQuestion, asked: Range, parameters: dict[str, Any]) -> str:
    """A SELECT of (session_id, started_at) of the sessions asked for, a row each; its parameters are added."""
    conditions = [_in_range(question, asked, parameters)]
    if question.bounced is not None:
        conditions.append("(v.non_heartbeat_events = 1) = {bounced:Bool}")
        parameters["bounced"] = question.bounced
    told = "true"
    if question.search:
        parameters["search"] = question.search
        told = " OR ".join(_contains(f"v.{column}") for column in _SEARCHED)
        if question.search_in == "all":
            return _searched(asked, conditions, told)
        conditions.append(f"({told})")
    return _candidates("v.session_id AS session_id, v.started_at AS started_at", conditions)


def _searched(asked: Range, conditions: Sequence[str], told: str) -> str:
    """Of these sessions those that are `told`, or have a person with the text."""
    columns = f"v.session_id AS session_id, v.started_at AS started_at, v.user_ids AS user_ids, ({told}) AS told"
    return _sql(
        "sessions_searched.sql",
        chosen=_candidates(f"{columns}, v.anonymous_ids AS anonymous_ids", conditions),
        links=named_links_sql(links_of(asked, f"SELECT arrayJoin(anonymous_ids) FROM ({visits_sql()})")),
        user_told=_contains("id"),
        stranger_told=_contains("if(l.linked_user != '', l.linked_user, c.anonymous_id)"),
    )


def _candidates(columns: str, conditions: Sequence[str]) -> str:
    return f"SELECT {columns} FROM ({visits_sql()}) AS v WHERE {' AND '.join(conditions)}"


def _contains(text: str) -> str:
    return f"positionCaseInsensitiveUTF8({text}, {{search:String}}) > 0"


def _in_range(question: SessionsQuestion, asked: Range, parameters: dict[str, Any]) -> str:
    """A session that starts in the range has an event in it; one that started before must be looked at."""
    cell, cell_parameters = in_week_cell(question.weekday, question.hour, asked)
    if question.filters or question.person or cell:
        parameters.update(cell_parameters)
        conditions = [cell]
        if question.person:
            conditions.append("person = {person:String}")
            parameters["person"] = question.person
        condition = " AND ".join(filter(None, conditions))
        chosen = seen(question.project, asked, question.filters, condition=condition)
        parameters.update(chosen.parameters)
        return f"v.session_id IN (SELECT session_id FROM ({chosen.sql}))"
    crossing = _sql("sessions_crossing.sql", visits=visits_sql())
    return f"(v.started_at >= fromUnixTimestamp64Milli({{from_ms:Int64}}, 'UTC') OR v.session_id IN ({crossing}))"


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)
