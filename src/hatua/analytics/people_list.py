"""The people behind a number: any SELECT of `person`, as pages in the order of their names."""

from string import Template
from typing import Any

from hatua.analytics.cohort_shapes import PeopleBehind
from hatua.analytics.cursor import decode_cursor, encode_cursor
from hatua.analytics.reader import Reader
from hatua.warehouse.sql import load


def people_behind(reader: Reader, persons: str, parameters: dict[str, Any], limit: int, cursor: str) -> PeopleBehind:
    """`persons`: our own SELECT of distinct `person`s. Raises InvalidQuestion, and what the warehouse raises."""
    after = decode_cursor(cursor, (str,))[0] if cursor else ""
    sql = Template(load("hatua.analytics", "sql/people_behind.sql")).substitute(
        persons=persons, after="person > {after_person:String}" if cursor else "true"
    )
    rows = reader.rows(sql, {**parameters, "after_person": after, "limit": limit})
    total = rows[0]["total"] if rows else 0
    shown = [str(person) for person in rows[0]["people"]] if rows else []
    left = rows[0]["after"] - len(shown) if rows else 0
    return PeopleBehind(people=shown, total=total, next_cursor=encode_cursor(shown[-1]) if left > 0 else None)
