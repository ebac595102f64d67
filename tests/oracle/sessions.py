"""Sessions and their timelines by brute force."""

from typing import Any

from hatua.analytics.session_shapes import SessionsQuestion
from tests.oracle import calendar
from tests.oracle.history import History, Visit, is_page_view, order
from tests.oracle.numbers import days_of


def persons(history: History, visit: Visit) -> list[str]:
    """Users first, then who stayed anonymous; each group by name."""
    users = {history.person(event) for event in visit.events if history.is_known(event)}
    strangers = history.persons(visit.events) - users
    return sorted(users) + sorted(strangers)


def described(history: History, visit: Visit, goal: str) -> dict[str, Any]:
    times = [event.timestamp for event in visit.events]
    return {
        "session_id": visit.first.session_id,
        "persons": persons(history, visit),
        "started_at": min(times),
        "duration_s": (max(times) - min(times)) / 1000,
        "events": len(visit.events),
        "pageviews": len([event for event in visit.events if is_page_view(event)]),
        "entry_page": visit.entry_page,
        "exit_page": visit.exit_page,
        "country_code": visit.first.country_code,
        "device_type": visit.first.device_type,
        "channel": visit.first.channel,
        "referrer_host": visit.first.referrer_host,
        "utm_source": visit.first.utm_source,
        "bounced": visit.bounced,
        "converted": any(event.event_name == goal for event in visit.events),
    }


def listed(history: History, question: SessionsQuestion) -> list[dict[str, Any]]:
    start, end = calendar.days_range(*days_of(question), question.tz)
    chosen = history.chosen(start, end, question.filters)
    chosen = [
        event for event in chosen if calendar.in_cell(event.timestamp, question.weekday, question.hour, question.tz)
    ]
    if question.person:
        chosen = [event for event in chosen if history.person(event) == question.person]
    found = [
        described(history, history.visits[session], question.goal) for session in {event.session_id for event in chosen}
    ]
    found = [one for one in found if question.bounced in (None, one["bounced"])]
    sought = question.search.lower()
    found = [
        one
        for one in found
        if any(
            sought in text.lower()
            for text in (
                one["session_id"],
                one["entry_page"],
                one["exit_page"],
                "",
                *(one["persons"] if question.search_in == "all" else ()),
            )
        )
    ]
    return sorted(found, key=lambda one: (-one["started_at"], one["session_id"]))


def timeline(history: History, session_id: str) -> list[str]:
    return [event.event_id for event in sorted(history.visits[session_id].events, key=order)]
