"""From one id of a person (a PIN, a phone number, an e-mail address, a browser's id) to all of them."""

import re
from collections.abc import Iterable
from string import Template
from typing import Any, Final

from hatua.base.id_hashes import is_phone
from hatua.contract.limits import MAX_ID_CHARS
from hatua.privacy.shapes import AmbiguousPerson, InvalidId
from hatua.warehouse.client import Warehouse
from hatua.warehouse.erasing import FOR_EVER_MS, WHOSE, Who
from hatua.warehouse.sql import load

_NOT_DIGITS: Final = re.compile(r"\D")


def who_is(warehouse: Warehouse, project_id: str, asked: str, *, until_ms: int = FOR_EVER_MS, hashed: str = "") -> Who:
    """The person behind an id; nobody (no ids but the one asked for) when no event and no link has it. `hashed`: how
    the id stands in a project that hashes phone numbers. Raises AmbiguousPerson, InvalidId, and what the warehouse
    does.

    A person is what the dashboard shows as one: a user with the browsers last linked to them, or a browser (or a
    conversation) that is linked to nobody."""
    if not asked.strip() or len(asked) > MAX_ID_CHARS or "\x00" in asked:
        raise InvalidId(f"an id is 1 to {MAX_ID_CHARS} characters")
    ids = spellings(asked)
    parameters: dict[str, Any] = {"project": project_id, "ids": ids}
    rows = warehouse.rows(_sql("resolve.sql"), parameters)
    if not rows or is_phone(asked) or "@" in asked:
        digits = _NOT_DIGITS.sub("", asked) if is_phone(asked) else ""
        values = sorted({one.lower() for one in (*ids, hashed) if one})
        rows += warehouse.rows(_sql("by_trait.sql"), {**parameters, "values": values, "digits": digits})
    users = sorted({row["user_id"] for row in rows if row["user_id"]})
    if len(users) > 1:
        raise AmbiguousPerson(asked, users)
    anonymous = {row["anonymous_id"] for row in rows if row["anonymous_id"]}
    if users:
        linked = warehouse.rows(_sql("linked.sql"), {"project": project_id, "users": users})
        anonymous |= {row["anonymous_id"] for row in linked}
    by_external = any(row.get("by_external") for row in rows)
    nobody = not rows
    return Who(
        project_id=project_id,
        until_ms=until_ms,
        users=tuple(users or (ids if nobody else ())),
        anonymous=tuple(sorted(anonymous or (set(ids) if nobody else ()))),
        externals=tuple(ids if by_external or nobody else ()),
    )


def spellings(asked: str) -> list[str]:
    """The ways in which events may spell an id: a phone number with and without `+`."""
    found = [asked]
    if is_phone(asked):
        digits = _NOT_DIGITS.sub("", asked)
        found += [digits, f"+{digits}"]
    return list(dict.fromkeys(found))


def counts(warehouse: Warehouse, who: Who) -> dict[str, Any]:
    """{events, sessions, first_ms, last_ms} of a person."""
    [row] = warehouse.rows(_sql("counts_of.sql", whose=WHOSE), who.parameters)
    return row


def links_of(warehouse: Warehouse, who: Who) -> list[dict[str, Any]]:
    """Every link that says who the person is."""
    return warehouse.rows(_sql("links_of.sql"), who.parameters)


def related_to(warehouse: Warehouse, who: Who) -> list[str]:
    """Other users of the same browsers."""
    return [row["user_id"] for row in warehouse.rows(_sql("related.sql"), who.parameters)]


def session_ids_of(warehouse: Warehouse, who: Who) -> list[str]:
    """The sessions in which the person has a part."""
    return [row["session_id"] for row in warehouse.rows(_sql("session_ids_of.sql", whose=WHOSE), who.parameters)]


def stale_sessions(warehouse: Warehouse, project_id: str, session_ids: Iterable[str]) -> list[str]:
    """Those whose row does not agree with their events."""
    parameters = {"project": project_id, "sessions": sorted(session_ids)}
    return [row["session_id"] for row in warehouse.rows(_sql("stale_sessions.sql"), parameters)]


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.privacy", name)).substitute(parts)
