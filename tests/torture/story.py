"""Events whose every field follows from their id, so that a stored event proves by itself whether it was changed.

A story is a seed and a moment. `event_id(n)` names the n-th event; `tell(event_id)` says everything about it, on its
way out (the wire) and as it must come to rest (the row). Nobody needs to remember what was sent.
"""

import calendar
import time
import uuid
from functools import cached_property
from hashlib import blake2b
from typing import Any, Final, Literal

import msgspec

HOUR_MS: Final = 3_600_000
SPAN_MS: Final = 20 * 60_000
"""All events of one session lie within this span, shorter than the 30 minutes that would end it: so the session of an
event that names none follows from its person alone, in whatever order events arrive."""

PEOPLE: Final = 120
POISON: Final = "poison_pill"
"""The name of events whose processing fails, as long as the processor carries the step that fails them."""

Fate = Literal["stored", "poison", "invalid"]

_PATHS = ("/", "/mri", "/mri/rental-income", "/tot/", "/nil?step=2", "/přehled/日本")
_WORDS = ("otp", "Nairobi", "žluť", "请", "O'Brien", 'say "hi"', "back\\slash", "tab\there", "🙂", "")


class Told(msgspec.Struct, frozen=True):
    """One event. `wire` is what the client posts; `row` the columns it must have when stored (its session apart)."""

    event_id: str
    fate: Fate
    person: int
    session_id: str
    """"" when the client names none: then all events of the person and project share one session."""
    wire: dict[str, Any]
    row: dict[str, Any]


class Story:
    """Everything of one run, from its seed and the midnight that its sessions cross."""

    def __init__(self, seed: int, midnight_ms: int) -> None:
        self.seed = seed
        self.midnight_ms = midnight_ms
        self._known: dict[str, Told] = {}

    def event_id(self, number: int) -> str:
        """Mostly UUIDs; some texts, some UUIDs in capitals, which are texts too."""
        digest = self._digest("id", str(number))
        made = str(uuid.UUID(bytes=digest[:16], version=4))
        match digest[20] % 10:
            case 0:
                return f"m-{self.seed}-{number}"
            case 1:
                return made.upper()
            case _:
                return made

    def tell(self, event_id: str) -> Told:
        """Everything about one event."""
        told = self._known.get(event_id)
        if told is None:
            told = self._known[event_id] = _Telling(self, event_id).told
        return told

    def _digest(self, what: str, name: str) -> bytes:
        return blake2b(f"{self.seed}\0{what}\0{name}".encode(), digest_size=64).digest()


def start_of_month_ms() -> int:
    """Unix ms of the last month's end: sessions that cross it lie on two days and in two partitions."""
    now = time.gmtime()
    return calendar.timegm((now.tm_year, now.tm_mon, 1, 0, 0, 0)) * 1_000


class _Telling:
    """Takes numbers off the id's digest, one after another."""

    def __init__(self, story: Story, event_id: str) -> None:
        self._story = story
        self._event_id = event_id
        self._digest = story._digest("event", event_id)
        self._at = 0

    def _number(self, below: int) -> int:
        self._at += 4
        return int.from_bytes(self._digest[self._at - 4 : self._at], "big") % below

    @cached_property
    def told(self) -> Told:
        person = self._number(PEOPLE)
        kind = person % 6
        anonymous_id = str(uuid.UUID(bytes=self._story._digest("person", str(person))[:16], version=4))
        user_id = ""
        visit = self._number(3)
        start = self._story.midnight_ms - SPAN_MS // 2 - visit * 5 * HOUR_MS
        session_id = f"s-{person}-{visit}"
        choice = self._number(10)
        if kind == 1:  # a server names no session
            session_id, start = "", self._story.midnight_ms - SPAN_MS // 2
        elif kind == 2 and choice < 6:  # a visitor who signs in
            user_id = f"A{person:09d}X"
        elif kind == 3 and choice < 8:  # a phone that several people share
            user_id = f"U{person:04d}-{choice % 3}"
        elif kind == 4:  # known by name only
            anonymous_id, user_id = f"2547{person:08d}", f"2547{person:08d}"
        if session_id and not visit:
            session_id = str(uuid.UUID(bytes=self._story._digest("session", str(person))[:16], version=4))
        return self._spell(person, anonymous_id, user_id, session_id, start + self._number(SPAN_MS), kind == 1)

    def _spell(self, person: int, anonymous_id: str, user_id: str, session_id: str, at: int, server: bool) -> Told:
        event_id = self._event_id
        lot = self._number(200)
        fate: Fate = "poison" if lot == 0 else "invalid" if lot in (1, 2) else "stored"
        name, kind = self._name(fate, user_id)
        path = _PATHS[self._number(len(_PATHS))]
        properties = {
            "check": self._digest[40:52].hex(),
            "n": self._number(2**31),
            "share": self._number(1_000_000) / 8,
            "words": [_WORDS[self._number(len(_WORDS))] for _ in range(2)],
            "deep": {"er": {"yes": lot % 2 == 0, "none": None}},
        }
        seq = self._digest[60] * 256 + self._digest[61]
        row: dict[str, Any] = {
            "event_name": name,
            "event_type": kind,
            "timestamp": at,
            "seq": seq,
            "anonymous_id": anonymous_id,
            "user_id": user_id,
            "message_id": event_id if lot % 3 else f"msg-{lot}-{seq}",
            "channel": "server" if server else "web",
            "campaign_id": f"c{lot % 5}",
            "page_path": "" if server else path,
            "page_url": "" if server else f"https://tax.example{path}",
            "page_title": "" if server else f"Page {lot % 7}",
            "locale": ("en-KE", "sw-KE", "cs-CZ")[lot % 3],
            "screen_width": 0 if server else 360 + lot,
            "screen_height": 0 if server else 640 + lot,
            "journey_start": lot % 11 == 3,
            "journey_end": lot % 13 == 3,
            "library_name": "torture",
            "properties": properties,
        }
        return Told(event_id, fate, person, session_id, _wire(event_id, row, session_id, fate), row)

    def _name(self, fate: Fate, user_id: str) -> tuple[str, str]:
        if fate == "poison":
            return POISON, "track"
        lot = self._number(20)
        if user_id and lot < 3:
            return "identify", "identify"
        if lot < 11:
            return "page_view", "page"
        return ("heartbeat", "track") if lot < 13 else (f"click_{lot}", "track")


def _wire(event_id: str, row: dict[str, Any], session_id: str, fate: Fate) -> dict[str, Any]:
    context: dict[str, Any] = {
        "channel": row["channel"],
        "campaignId": row["campaign_id"],
        "locale": row["locale"],
        "library": {"name": row["library_name"], "version": "1"},
    }
    if row["page_url"]:
        context["page"] = {"path": row["page_path"], "url": row["page_url"], "title": row["page_title"]}
        context["screen"] = {"width": row["screen_width"], "height": row["screen_height"]}
    wire: dict[str, Any] = {
        "event_id": event_id,
        "message_id": row["message_id"],
        "event_name": row["event_name"] if fate != "invalid" else "n" * 101,
        "event_type": row["event_type"],
        "timestamp": row["timestamp"],
        "seq": row["seq"],
        "anonymous_id": row["anonymous_id"],
        "journey_start": row["journey_start"],
        "journey_end": row["journey_end"],
        "context": context,
        "properties": row["properties"],
    }
    if row["user_id"]:
        wire["user_id"] = row["user_id"]
        if row["user_id"] == row["anonymous_id"]:
            del wire["anonymous_id"]
    if session_id:
        wire["session_id"] = session_id
    return wire
