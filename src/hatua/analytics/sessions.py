"""Single sessions: the list, and one session's timeline."""

from collections.abc import Sequence
from string import Template
from typing import Any

from hatua.analytics.cursor import decode_cursor, encode_cursor
from hatua.analytics.errors import NotFound
from hatua.analytics.events_list import event_of, select_events, unix_ms
from hatua.analytics.reader import Reader
from hatua.analytics.seen import named_links_sql, visits_sql
from hatua.analytics.session_shapes import Session, SessionQuestion, Sessions, SessionsQuestion, SessionTimeline
from hatua.analytics.sessions_page import SHOWN, page_of
from hatua.analytics.timerange import Range, iso_utc, zone_of
from hatua.warehouse.sql import load

_OLDEST_FIRST = "e.timestamp, e.seq, e.event_id"
_OF_CANDIDATES = "anonymous_id IN (SELECT arrayJoin(anonymous_ids) FROM candidates)"
_PLAIN = (
    "session_id",
    "persons",
    "events",
    "pageviews",
    "entry_page",
    "exit_page",
    "country_code",
    "region",
    "city",
    "device_type",
    "os",
    "browser",
    "channel",
    "referrer_host",
    "referrer_channel",
    "utm_source",
    "utm_campaign",
)


def answer(reader: Reader, question: SessionsQuestion) -> Sessions:
    """One page, keyset by (start, id). Raises InvalidQuestion, and what the warehouse raises."""
    page = page_of(reader, question)
    rows = _told(reader, visits_sql(), SHOWN, page.parameters) if page.parameters else []
    converted = _converted(reader, question.project, rows, question.goal)
    return Sessions(sessions=[_session(row, converted) for row in rows], total=page.total, next_cursor=page.next_cursor)


def timeline(reader: Reader, question: SessionQuestion) -> SessionTimeline:
    """One session and its events in order. Raises NotFound, InvalidQuestion, and what the warehouse raises."""
    parameters = {"project": question.project, "session_id": question.session_id}
    rows = _told(reader, load("hatua.analytics", "sql/session_visit.sql"), "true", parameters)
    if not rows:
        raise NotFound("session", question.session_id)
    row = rows[0]
    conditions = ["e.session_id = {session_id:String}"]
    bound: dict[str, Any] = {"session_id": question.session_id}
    if question.cursor:
        at_ms, at_seq, at_id = decode_cursor(question.cursor, (int, int, str))
        conditions.append(
            "(e.timestamp, e.seq, e.event_id) > "
            "(fromUnixTimestamp64Milli({at_ms:Int64}, 'UTC'), {at_seq:UInt32}, {at_id:String})"
        )
        bound |= {"at_ms": at_ms, "at_seq": min(int(at_seq), 2**32 - 1), "at_id": at_id}
    events = select_events(
        reader,
        question.project,
        Range(unix_ms(row["started_at"]), unix_ms(row["ended_at"]) + 1, zone_of("UTC")),
        conditions=conditions,
        parameters=bound,
        order=_OLDEST_FIRST,
        limit=question.limit + 1,
    )
    page = events[: question.limit]
    last = page[-1] if len(events) > question.limit else None
    return SessionTimeline(
        session=_session(row, _converted(reader, question.project, rows, question.goal)),
        events=[event_of(event) for event in page],
        next_cursor=encode_cursor(unix_ms(last["timestamp"]), last["seq"], last["event_id"]) if last else None,
    )


def _told(reader: Reader, visits: str, condition: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the visits that meet the condition, each with its persons."""
    sql = Template(load("hatua.analytics", "sql/sessions.sql")).substitute(
        links=named_links_sql(_OF_CANDIDATES), visits=visits, condition=condition
    )
    return reader.rows(sql, parameters)


def _converted(reader: Reader, project: str, rows: Sequence[dict[str, Any]], goal: str) -> set[str]:
    if not rows:
        return set()
    found = reader.rows(
        load("hatua.analytics", "sql/sessions_converted.sql"),
        {
            "project": project,
            "sessions": [row["session_id"] for row in rows],
            "first_ms": min(unix_ms(row["started_at"]) for row in rows),
            "last_ms": max(unix_ms(row["ended_at"]) for row in rows),
            "goal": goal,
        },
    )
    return {row["session_id"] for row in found}


def _session(row: dict[str, Any], converted: set[str]) -> Session:
    started, ended = unix_ms(row["started_at"]), unix_ms(row["ended_at"])
    return Session(
        **{name: row[name] for name in _PLAIN},
        person=row["persons"][0] if row["persons"] else "",
        started_at=iso_utc(started),
        ended_at=iso_utc(ended),
        duration_s=(ended - started) / 1000,
        bounced=row["non_heartbeat_events"] == 1,
        converted=row["session_id"] in converted,
    )
