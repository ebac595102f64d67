"""One project's events and links, and what follows from them: persons, visits, and which events filters choose."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hatua.analytics.question import Filter
from hatua.warehouse.rows import EventRow, LinkRow

VISIT_DIMENSIONS = {
    "referrer_host": "referrer_host",
    "referrer_channel": "referrer_channel",
    "utm_source": "utm_source",
    "utm_medium": "utm_medium",
    "utm_campaign": "utm_campaign",
    "utm_term": "utm_term",
    "utm_content": "utm_content",
    "country": "country_code",
    "region": "region",
    "city": "city",
    "device_type": "device_type",
    "os": "os",
    "browser": "browser",
    "locale": "locale",
    "campaign_id": "campaign_id",
}


def order(event: EventRow) -> tuple[int, int, str]:
    return (event.timestamp, event.seq, event.event_id)


def is_page_view(event: EventRow) -> bool:
    return event.event_type == "page" or event.event_name == "page_view"


@dataclass
class Visit:
    """A session, of all its events whatever the range."""

    events: list[EventRow]

    @property
    def first(self) -> EventRow:
        return min(self.events, key=order)

    @property
    def pages(self) -> list[str]:
        return [event.page_path for event in sorted(self.events, key=order) if is_page_view(event)]

    @property
    def entry_page(self) -> str:
        return self.pages[0] if self.pages else ""

    @property
    def exit_page(self) -> str:
        return self.pages[-1] if self.pages else ""

    @property
    def seconds(self) -> float:
        times = [event.timestamp for event in self.events]
        return (max(times) - min(times)) / 1000

    @property
    def bounced(self) -> bool:
        return len([event for event in self.events if event.event_name != "heartbeat"]) == 1


@dataclass
class History:
    events: list[EventRow]
    links: list[LinkRow]
    visits: dict[str, Visit] = field(init=False)

    def __post_init__(self) -> None:
        self.visits = {}
        for event in self.events:
            self.visits.setdefault(event.session_id, Visit([])).events.append(event)

    def linked_user(self, anonymous_id: str) -> str:
        """The user of the latest link that was not undone. Of one pair only the last word counts."""
        last_word: dict[str, LinkRow] = {}
        for link in self.links:
            if link.anonymous_id == anonymous_id:
                known = last_word.get(link.user_id)
                if known is None or link.version >= known.version:
                    last_word[link.user_id] = link
        standing = [link for link in last_word.values() if not link.revoked]
        if not standing:
            return ""
        return max(standing, key=lambda link: (link.linked_at, link.seq, link.event_id)).user_id

    def person(self, event: EventRow) -> str:
        return event.user_id or self.linked_user(event.anonymous_id) or event.anonymous_id

    def is_known(self, event: EventRow) -> bool:
        return bool(event.user_id or self.linked_user(event.anonymous_id))

    def persons(self, events: Iterable[EventRow]) -> set[str]:
        return {self.person(event) for event in events}

    def between(self, start: int, end: int) -> list[EventRow]:
        return [event for event in self.events if start <= event.timestamp < end]

    def chosen(self, start: int, end: int, filters: Sequence[Filter]) -> list[EventRow]:
        """The events of the range that meet every filter."""
        return [event for event in self.between(start, end) if all(self.meets(event, one) for one in filters)]

    def meets(self, event: EventRow, one: Filter) -> bool:
        visit = self.visits[event.session_id]
        if one.dimension in ("entry_page", "exit_page"):
            return passes(one, getattr(visit, one.dimension))
        scope = one.scope or ("visit" if one.dimension in VISIT_DIMENSIONS else "event")
        return passes(one, own_value(visit.first if scope == "visit" else event, one.dimension))

    def value(self, event: EventRow, dimension: str) -> str:
        """What a breakdown counts an event under."""
        visit = self.visits[event.session_id]
        if dimension in ("entry_page", "exit_page"):
            return str(getattr(visit, dimension))
        return own_value(visit.first if dimension in VISIT_DIMENSIONS else event, dimension)


def own_value(event: EventRow, dimension: str) -> str:
    if dimension.startswith("property:"):
        return property_text(event, dimension.removeprefix("property:"))
    return str(getattr(event, VISIT_DIMENSIONS.get(dimension, dimension)))


def property_text(event: EventRow, key: str) -> str:
    value: Any = json.loads(event.properties).get(key)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def passes(one: Filter, value: str) -> bool:
    wanted = one.values
    match one.operator:
        case "is":
            return value in wanted
        case "is_not":
            return value not in wanted
        case "contains":
            return any(text in value for text in wanted)
        case "not_contains":
            return not any(text in value for text in wanted)
        case "matches":
            return any(wildcard(text, value) for text in wanted)
        case "exists":
            return value != ""
        case "not_exists":
            return value == ""


def wildcard(pattern: str, value: str) -> bool:
    """`**` anything, `*` anything but a slash; by trying every way, with no regular expression."""
    if pattern == "":
        return value == ""
    if pattern.startswith("**"):
        return any(wildcard(pattern[2:], value[cut:]) for cut in range(len(value) + 1))
    if pattern.startswith("*"):
        reach = value.index("/") if "/" in value else len(value)
        return any(wildcard(pattern[1:], value[cut:]) for cut in range(reach + 1))
    return value != "" and pattern[0] == value[0] and wildcard(pattern[1:], value[1:])
