"""People and errors by brute force."""

import json
from collections import Counter, defaultdict
from typing import Any

from hatua.analytics.people_shapes import ErrorsQuestion, PeopleQuestion
from hatua.warehouse.rows import EventRow
from tests.oracle import calendar
from tests.oracle.history import History, is_page_view, order, property_text
from tests.oracle.numbers import days_of


def is_identify(event: EventRow) -> bool:
    return event.event_type == "identify" or event.event_name == "identify"


def listed(history: History, question: PeopleQuestion) -> list[dict[str, Any]]:
    start, end = calendar.days_range(*days_of(question), question.tz)
    seen: dict[str, list[EventRow]] = defaultdict(list)
    for event in history.chosen(start, end, question.filters):
        if calendar.in_cell(event.timestamp, question.weekday, question.hour, question.tz):
            seen[history.person(event)].append(event)
    reached = history.persons(event for event in history.between(start, end) if event.event_name == question.goal)
    found = []
    for person, events in seen.items():
        if question.known not in (None, any(history.is_known(event) for event in events)):
            continue
        if question.converted not in (None, person in reached):
            continue
        if not _is_sought(history, person, events, question.search.lower()):
            continue
        last = max(events, key=order)
        found.append(
            {
                "person": person,
                "known": any(history.is_known(event) for event in events),
                "first_seen": min(event.timestamp for event in events),
                "last_seen": last.timestamp,
                "sessions": len({event.session_id for event in events}),
                "events": len(events),
                "channels": sorted({event.channel for event in events}),
                "country_code": last.country_code,
                "device_type": last.device_type,
            }
        )
    return sorted(found, key=lambda one: (-one["last_seen"], one["person"]))


def _is_sought(history: History, person: str, events: list[EventRow], sought: str) -> bool:
    if sought in person.lower() or any(sought in event.anonymous_id.lower() for event in events):
        return True
    return any(
        sought in property_text(event, key).lower()
        for event in history.events
        if is_identify(event) and history.person(event) == person
        for key in json.loads(event.properties)
        if property_text(event, key)
    )


def profile(history: History, person: str) -> dict[str, Any]:
    events = sorted((event for event in history.events if history.person(event) == person), key=order)
    traits: dict[str, Any] = {}
    for event in events:
        if is_identify(event):
            said = json.loads(event.properties)
            traits |= {key: value for key, value in said.items() if value is not None and value != ""}
    return {
        "known": any(history.is_known(event) for event in events)
        or any(history.linked_user(link.anonymous_id) == person for link in history.links),
        "traits": traits,
        "first_seen": events[0].timestamp,
        "last_seen": events[-1].timestamp,
        "sessions": len({event.session_id for event in events}),
        "events": len(events),
        "pageviews": len([event for event in events if is_page_view(event)]),
        "channels": _ranked(Counter(event.channel for event in events)),
        "countries": _ranked(Counter(event.country_code for event in events)),
        "timeline": [event.event_id for event in reversed(events)],
    }


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def errors(history: History, question: ErrorsQuestion) -> list[dict[str, Any]]:
    start, end = calendar.days_range(*days_of(question), question.tz)
    codes: dict[str, list[EventRow]] = defaultdict(list)
    for event in history.chosen(start, end, question.filters):
        if event.event_name == "app_error":
            codes[property_text(event, "error_code")].append(event)
    found = [
        {
            "code": code,
            "message": property_text(max(events, key=order), "message"),
            "events": len(events),
            "sessions": len({event.session_id for event in events}),
            "people": len(history.persons(events)),
            "first_seen": min(event.timestamp for event in events),
            "last_seen": max(event.timestamp for event in events),
        }
        for code, events in codes.items()
    ]
    return sorted(found, key=lambda one: (-one["events"], one["code"]))
