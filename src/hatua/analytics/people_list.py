"""The people, or the sessions, behind a number: any SELECT of them, as pages in the order of their names."""

from string import Template
from typing import Any

from hatua.analytics.cohort_shapes import PeopleBehind
from hatua.analytics.cursor import decode_cursor, encode_cursor
from hatua.analytics.path_shapes import SessionsBehind
from hatua.analytics.reader import Reader
from hatua.warehouse.sql import load


def people_behind(reader: Reader, names: str, parameters: dict[str, Any], limit: int, cursor: str) -> PeopleBehind:
    """`names`: our own SELECT of distinct `name`s. Raises InvalidQuestion, and what the warehouse raises."""
    shown, total, more = _page(reader, names, parameters, limit, cursor)
    return PeopleBehind(people=shown, total=total, next_cursor=more)


def sessions_behind(
    reader: Reader, sessions: str, parameters: dict[str, Any], limit: int, cursor: str
) -> SessionsBehind:
    """The same of distinct `session_id`s."""
    shown, total, more = _page(reader, f"SELECT session_id AS name FROM ({sessions})", parameters, limit, cursor)
    return SessionsBehind(sessions=shown, total=total, next_cursor=more)


def _page(
    reader: Reader, names: str, parameters: dict[str, Any], limit: int, cursor: str
) -> tuple[list[str], int, str | None]:
    """(names of the page, how many there are in all, where it goes on)."""
    after = decode_cursor(cursor, (str,))[0] if cursor else ""
    sql = Template(load("hatua.analytics", "sql/names_behind.sql")).substitute(
        names=names, after="name > {after_name:String}" if cursor else "true"
    )
    row = reader.rows(sql, {**parameters, "after_name": after, "limit": limit})[0]
    shown = [str(name) for name in row["shown"]]
    return shown, row["total"], encode_cursor(shown[-1]) if row["left"] > len(shown) else None
