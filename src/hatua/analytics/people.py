"""People: the list and its search, one person's profile, and its events across channels."""

from collections.abc import Sequence
from string import Template
from typing import Any, NamedTuple

import msgspec

from hatua.analytics.cursor import decode_cursor, encode_cursor
from hatua.analytics.errors import NotFound
from hatua.analytics.events_list import event_of, select_events, unix_ms
from hatua.analytics.known import MOST_IDS
from hatua.analytics.people_page import page_of
from hatua.analytics.people_shapes import (
    Device,
    People,
    PeopleQuestion,
    PersonEvents,
    PersonEventsQuestion,
    PersonQuestion,
    PersonRow,
    Profile,
    ValueCount,
)
from hatua.analytics.reader import Reader
from hatua.analytics.seen import PAGE_VIEW, named_links_sql
from hatua.analytics.session_hours import hours_of
from hatua.analytics.timerange import ALL_TIME, iso_utc
from hatua.warehouse.sql import load

_BELONGS = "(e.user_id = {person:String} OR (e.user_id = '' AND e.anonymous_id IN {ids:Array(String)}))"
_OF_PERSON = (
    "(anonymous_id = {person:String} OR anonymous_id IN"
    " (SELECT anonymous_id FROM identity_links WHERE project_id = {project:String} AND user_id = {person:String}))"
)
"""Whoever was linked to the person at any time, and the person's own id."""


class _Identity(NamedTuple):
    """`linked`: a link that counts says that this is a user. `parameters`: what `_BELONGS` and `_in_hours` bind."""

    linked: bool
    parameters: dict[str, Any]


def answer(reader: Reader, question: PeopleQuestion) -> People:
    """One page, keyset by (last seen, person). Raises InvalidQuestion, and what the warehouse raises."""
    page = page_of(reader, question)
    return People(people=[_row(row) for row in page.rows], total=page.total, next_cursor=page.next_cursor)


def profile(reader: Reader, question: PersonQuestion) -> Profile:
    """Raises NotFound, and what the warehouse raises."""
    identity = _identity(reader, question)
    sql = _sql("person_profile.sql", is_pageview=PAGE_VIEW, in_hours=_in_hours(), belongs=_BELONGS)
    row = reader.rows(sql, {"project": question.project, **identity.parameters})[0]
    if not row["events"]:
        raise NotFound("person", question.person)
    return Profile(
        person=question.person,
        known=identity.linked or bool(row["known"]),
        anonymous_ids=identity.parameters["ids"],
        traits=_traits(row["identified"]),
        first_seen=iso_utc(row["first_ms"]),
        last_seen=iso_utc(row["last_ms"]),
        sessions=row["sessions"],
        events=row["events"],
        pageviews=row["pageviews"],
        channels=_counts(row["channels"]),
        countries=_counts(row["countries"]),
        devices=_devices(row["devices"], row["device_last"]),
    )


def events(reader: Reader, question: PersonEventsQuestion) -> PersonEvents:
    """One page of the timeline, keyset by (timestamp, seq, event_id). Raises InvalidQuestion."""
    conditions = [_in_hours(), _BELONGS]
    parameters = dict(_identity(reader, question).parameters)
    if question.cursor:
        at_ms, at_seq, at_id = decode_cursor(question.cursor, (int, int, str))
        conditions.append(
            "(e.timestamp, e.seq, e.event_id) < "
            "(fromUnixTimestamp64Milli({at_ms:Int64}, 'UTC'), {at_seq:UInt32}, {at_id:String})"
        )
        parameters |= {"at_ms": at_ms, "at_seq": min(int(at_seq), 2**32 - 1), "at_id": at_id}
    rows = select_events(
        reader,
        question.project,
        ALL_TIME,
        question.filters,
        conditions=conditions,
        parameters=parameters,
        limit=question.limit + 1,
    )
    page = rows[: question.limit]
    last = page[-1] if len(rows) > question.limit else None
    return PersonEvents(
        events=[event_of(row) for row in page],
        next_cursor=encode_cursor(unix_ms(last["timestamp"]), last["seq"], last["event_id"]) if last else None,
    )


def _identity(reader: Reader, question: PersonQuestion) -> _Identity:
    """The anonymous ids that are this person: linked to it, or itself if it is linked to nobody."""
    sql = f"SELECT anonymous_id, linked_user FROM ({named_links_sql(_OF_PERSON)})"
    rows = reader.rows(sql, {"project": question.project, "person": question.person})
    ids = {row["anonymous_id"] for row in rows if row["linked_user"] == question.person}
    itself = set() if any(row["anonymous_id"] == question.person for row in rows) else {question.person}
    parameters = {"person": question.person, "ids": sorted(ids | itself), "most_ids": MOST_IDS}
    return _Identity(bool(ids), parameters)


def _in_hours() -> str:
    """Where the events of the person's sessions are."""
    hours = hours_of(load("hatua.analytics", "sql/person_sessions.sql"))
    return f"(e.project_id, toStartOfHour(e.timestamp), e.session_id) IN ({hours})"


def _row(row: dict[str, Any]) -> PersonRow:
    country, city, device, browser, system = row["latest"]
    return PersonRow(
        person=row["person"],
        known=bool(row["known"]),
        first_seen=iso_utc(row["first_ms"]),
        last_seen=iso_utc(row["last_ms"]),
        sessions=row["sessions"],
        events=row["events"],
        channels=row["channels"],
        country_code=country,
        city=city,
        device_type=device,
        browser=browser,
        os=system,
    )


def _traits(identified: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """Earlier ones first, so that the latest word on each stays; null and "" take nothing back."""
    traits: dict[str, Any] = {}
    for *_, text in identified:
        said = msgspec.json.decode(text)
        traits.update({key: value for key, value in said.items() if value not in (None, "")})
    return traits


def _counts(sums: dict[str, int]) -> list[ValueCount]:
    ranked = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    return [ValueCount(value=value, events=count) for value, count in ranked]


def _devices(sums: dict[str, int], last: dict[str, int]) -> list[Device]:
    found = []
    for key, count in sorted(sums.items(), key=lambda pair: (-last[pair[0]], pair[0])):
        device, system, browser = msgspec.json.decode(key, type=tuple[str, str, str])
        found.append(Device(device_type=device, os=system, browser=browser, events=count, last_seen=iso_utc(last[key])))
    return found


def _sql(name: str, **parts: str) -> str:
    return Template(load("hatua.analytics", f"sql/{name}")).substitute(parts)
