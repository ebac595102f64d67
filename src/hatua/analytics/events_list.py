"""Single events: the list newest first, and what came in since (for the live stream)."""

from collections.abc import Sequence
from datetime import datetime
from string import Template
from typing import Any

import msgspec

from hatua.analytics.conditions import Conditions, conditions_of
from hatua.analytics.cursor import decode_cursor, encode_cursor
from hatua.analytics.event import Event
from hatua.analytics.question import Filter
from hatua.analytics.reader import Reader
from hatua.analytics.seen import first_event_sql, named_links_sql, visits_join
from hatua.analytics.shapes import Events, EventsQuestion
from hatua.analytics.timerange import Range, iso_utc, range_of
from hatua.analytics.week_cell import in_week_cell
from hatua.warehouse.sql import load

NEWEST_FIRST = "e.timestamp DESC, e.seq DESC, e.event_id DESC"
_AFTER = (
    "(e.timestamp, e.seq, e.event_id) < "
    "(fromUnixTimestamp64Milli({at_ms:Int64}, 'UTC'), {at_seq:UInt32}, {at_id:String})"
)


def answer(reader: Reader, question: EventsQuestion) -> Events:
    """One page, keyset by (timestamp, seq, event_id): events that come in meanwhile shift nothing. Raises
    InvalidQuestion, and what the warehouse raises."""
    asked = range_of(question)
    cell, parameters = in_week_cell(question.weekday, question.hour, asked)
    more = [cell] if cell else []
    if question.event_name:
        more.append("e.event_name = {event_name:String}")
        parameters["event_name"] = question.event_name
    if question.cursor:
        at_ms, at_seq, at_id = decode_cursor(question.cursor, (int, int, str))
        more.append(_AFTER)
        parameters |= {"at_ms": at_ms, "at_seq": min(int(at_seq), 2**32 - 1), "at_id": at_id}
    rows = select_events(
        reader,
        question.project,
        asked,
        question.filters,
        conditions=more,
        parameters=parameters,
        limit=question.limit + 1,
    )
    page = rows[: question.limit]
    last = page[-1] if len(rows) > question.limit else None
    return Events(
        events=[event_of(row) for row in page],
        next_cursor=encode_cursor(unix_ms(last["timestamp"]), last["seq"], last["event_id"]) if last else None,
    )


def select_events(
    reader: Reader,
    project: str,
    asked: Range,
    filters: Sequence[Filter] = (),
    *,
    conditions: Sequence[str] = (),
    parameters: dict[str, Any] | None = None,
    order: str = NEWEST_FIRST,
    limit: int,
) -> list[dict[str, Any]]:
    """Rows of `sql/events.sql` with their `person`. `conditions` and `order`: our own SQL over the event (alias e)."""
    found: Conditions = conditions_of(filters, first_event_sql())
    sql = Template(load("hatua.analytics", "sql/events.sql")).substitute(
        visits=visits_join() if found.needs_visit else "",
        conditions=" AND ".join([*found.sql, *conditions]) or "true",
        order=order,
    )
    bound = {
        "project": project,
        "from_ms": asked.from_ms,
        "to_ms": asked.to_ms,
        "limit": limit,
        **found.parameters,
        **(parameters or {}),
    }
    rows = reader.rows(sql, bound)
    linked = _linked(reader, project, {row["anonymous_id"] for row in rows if not row["user_id"]})
    for row in rows:
        row["person"] = row["user_id"] or linked.get(row["anonymous_id"]) or row["anonymous_id"]
    return rows


def _linked(reader: Reader, project: str, anonymous_ids: set[str]) -> dict[str, str]:
    """Anonymous id -> the user it was last linked to, of those that are linked."""
    if not anonymous_ids:
        return {}
    sql = f"SELECT anonymous_id, linked_user FROM ({named_links_sql('anonymous_id IN {ids:Array(String)}')})"
    rows = reader.rows(sql, {"project": project, "ids": sorted(anonymous_ids)})
    return {row["anonymous_id"]: row["linked_user"] for row in rows}


def event_of(row: dict[str, Any]) -> Event:
    """One row of `sql/events.sql` as answers show it."""
    values = {name: row[name] for name in _PLAIN}
    return Event(
        **values,
        timestamp=iso_utc(unix_ms(row["timestamp"])),
        received_at=iso_utc(unix_ms(row["received_at"])),
        journey_start=bool(row["journey_start"]),
        journey_end=bool(row["journey_end"]),
        properties=_object(row["properties"]),
        context=_object(row["context"]),
    )


_APART = ("timestamp", "received_at", "journey_start", "journey_end", "properties", "context")
_PLAIN = tuple(name for name in Event.__struct_fields__ if name not in _APART)


def unix_ms(moment: datetime) -> int:
    """An aware datetime as Unix ms, exactly."""
    whole = int(moment.replace(microsecond=0).timestamp())
    return whole * 1000 + moment.microsecond // 1000


def _object(text: str) -> dict[str, Any]:
    value = msgspec.json.decode(text) if text else {}
    return value if isinstance(value, dict) else {}
