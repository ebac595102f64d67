"""One page of people: who is on it is found by keys and times alone, and only they are looked at closely."""

from string import Template
from typing import Any, NamedTuple

from hatua.analytics.cursor import decode_cursor, encode_cursor
from hatua.analytics.people_shapes import PeopleQuestion
from hatua.analytics.reader import Reader
from hatua.analytics.seen import seen
from hatua.analytics.timerange import ALL_TIME, Range, range_of
from hatua.analytics.week_cell import in_week_cell
from hatua.warehouse.sql import load

IDENTIFY = "(e.event_type = 'identify' OR e.event_name = 'identify')"
_COLUMNS = (
    "e.seq AS seq",
    "e.event_id AS event_id",
    "e.anonymous_id AS anonymous_id",
    "toString(e.channel) AS channel",
    "toString(e.country_code) AS country_code",
    "toString(e.city) AS city",
    "toString(e.device_type) AS device_type",
    "toString(e.browser) AS browser",
    "toString(e.os) AS os",
)
_AT = "toUnixTimestamp64Milli(e.timestamp) AS ts"
_CONTAINS = "positionCaseInsensitiveUTF8({}, {{search:String}}) > 0"
_SOUGHT = f"{_CONTAINS.format('e.anonymous_id')} OR {_CONTAINS.format('e.user_id')} AS sought"
_TIED = 8
"""So many persons seen at the very moment where the page before ended are taken along at once."""
_MOST = 2_000
"""More than this on a page (thousands were last seen in one millisecond) are looked at with everyone else."""
_LINKED = (
    "SELECT anonymous_key FROM identity_links WHERE project_id = {project:String} AND user_key IN {keys:Array(UInt64)}"
)
"""Whoever was linked to one of them at any time."""
_PERHAPS_OF = (
    "(e.user_key IN {keys:Array(UInt64)} OR (e.user_key = 0 AND"
    f" (e.anonymous_key IN {{keys:Array(UInt64)}} OR e.anonymous_key IN ({_LINKED}))))"
)
_WHOSE = f"(anonymous_key IN {{keys:Array(UInt64)}} OR anonymous_key IN ({_LINKED}))"


class Page(NamedTuple):
    """`rows`: of people.sql, in order. `total`: all people that the question means; 0 on a page without any."""

    rows: list[dict[str, Any]]
    total: int
    next_cursor: str | None


class _Asked(NamedTuple):
    """The question as conditions on a person, and what they bind."""

    search: str
    narrowed: str
    parameters: dict[str, Any]
    at: tuple[int, str] | None


def page_of(reader: Reader, question: PeopleQuestion) -> Page:
    """Keyset by (last seen, person). Raises InvalidQuestion, and what the warehouse raises."""
    asked, limit = range_of(question), question.limit
    conditions = _conditions(question, asked)
    chosen = _chosen(reader, question, asked, conditions)
    if len(chosen) > _MOST:
        rows = _rows_of_all(reader, question, asked, conditions)
        total = rows[0]["total"] if rows else 0
    else:
        rows = _rows_of(reader, question, asked, chosen)
        total = chosen[0]["total"] if rows else 0
        place = conditions.at
        if place is not None:
            rows = [row for row in rows if (-row["last_ms"], row["person"]) > (-place[0], place[1])]
            total = total if rows else 0
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(rows[:limit], total, encode_cursor(last["last_ms"], last["person"]) if last else None)


def _chosen(reader: Reader, question: PeopleQuestion, asked: Range, conditions: _Asked) -> list[dict[str, Any]]:
    """Who may be on the page: [{person_key, last_ms, total}], at least one more than fit on it if there are."""
    searched = (_SOUGHT,) if question.search else ()
    selection = _selection(question, asked, conditions.parameters, (_AT, *searched))
    at_ms = conditions.at[0] if conditions.at else None
    sql = _sql(
        "people_page.sql",
        seen=selection[0],
        search=conditions.search,
        narrowed=conditions.narrowed,
        after="true" if at_ms is None else "last_ms <= {at_ms:Int64}",
    )
    tied = 0 if at_ms is None else _TIED
    while True:
        room = question.limit + 1 + tied
        rows = reader.rows(sql, {**selection[1], "room": room, "most": _MOST + 1})
        found = sum(row["last_ms"] == at_ms for row in rows)
        if found <= tied or len(rows) > _MOST:
            return rows
        tied = found


def _rows_of(
    reader: Reader, question: PeopleQuestion, asked: Range, chosen: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The chosen in numbers, in the order in which they were chosen: events that came in meanwhile move nobody."""
    if not chosen:
        return []
    last = {row["person_key"]: row["last_ms"] for row in chosen}
    keys = {"keys": list(last)}
    sql, parameters = _selection(question, asked, keys, (_AT, *_COLUMNS), condition=_PERHAPS_OF, whose=_WHOSE)
    sql = _sql(
        "people.sql",
        seen=sql,
        chosen="person_key IN {keys:Array(UInt64)}",
        search="true",
        narrowed="true",
        after="true",
    )
    rows = reader.rows(sql, {**parameters, "limit": len(last)})
    for row in rows:
        row["last_ms"] = last[row["key"]]
    return sorted(rows, key=lambda row: (-row["last_ms"], row["person"]))


def _rows_of_all(reader: Reader, question: PeopleQuestion, asked: Range, conditions: _Asked) -> list[dict[str, Any]]:
    """The page from all people in numbers."""
    searched = (_SOUGHT,) if question.search else ()
    sql, parameters = _selection(question, asked, conditions.parameters, (_AT, *_COLUMNS, *searched))
    after = "true"
    if conditions.at is not None:
        after = "(-last_ms, person) > (-{at_ms:Int64}, {at_person:String})"
    sql = _sql(
        "people.sql",
        seen=sql,
        chosen="true",
        search=conditions.search,
        narrowed=conditions.narrowed,
        after=after,
    )
    return reader.rows(sql, {**parameters, "limit": question.limit + 1})


def _selection(
    question: PeopleQuestion,
    asked: Range,
    parameters: dict[str, Any],
    columns: tuple[str, ...],
    *,
    condition: str = "",
    whose: str = "",
) -> tuple[str, dict[str, Any]]:
    """The events that the question is about, and what their SELECT binds."""
    cell, of_cell = in_week_cell(question.weekday, question.hour, asked)
    found = seen(
        question.project,
        asked,
        question.filters,
        columns=columns,
        condition=" AND ".join(filter(None, (cell, condition))),
        parameters={**parameters, **of_cell},
        whose=whose,
    )
    return found.sql, found.parameters


def _conditions(question: PeopleQuestion, asked: Range) -> _Asked:
    """Of a person: sought or not, known or not, with the goal or without, on this page or before."""
    narrowed, search, at = ["true"], "true", None
    parameters: dict[str, Any] = {}
    if question.known is not None:
        narrowed.append("known = {known:Bool}")
        parameters["known"] = question.known
    if question.converted is not None:
        goal = seen(question.project, asked, (), condition="e.event_name = {goal:String}")
        narrowed.append(f"(any(person_key) IN (SELECT person_key FROM ({goal.sql}))) = {{converted:Bool}}")
        parameters |= {"goal": question.goal, "converted": question.converted}
    if question.search:
        search = _search(question.project)
        parameters["search"] = question.search
    if question.cursor:
        at_ms, at_person = decode_cursor(question.cursor, (int, str))
        at = (int(at_ms), str(at_person))
        parameters |= {"at_ms": at_ms, "at_person": at_person}
    return _Asked(search, " AND ".join(narrowed), parameters, at)


def _search(project: str) -> str:
    """An id of its events, the user it is linked to (any that has the text is sought, linked or not), or a trait."""
    identified = seen(project, ALL_TIME, (), condition=IDENTIFY, columns=("e.properties AS properties",))
    ever = identified.sql.replace("{from_ms:Int64}", "0").replace("{to_ms:Int64}", str(ALL_TIME.to_ms))
    users = (
        f"SELECT user_key FROM identity_links WHERE project_id = {{project:String}} AND {_CONTAINS.format('user_id')}"
    )
    return " OR ".join(
        (
            "max(sought)",
            f"any(person_key) IN ({users})",
            f"any(person_key) IN ({_sql('people_identified.sql', identified=ever)})",
        )
    )


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)
