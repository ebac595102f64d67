"""Random small histories: few persons, few names, many ties, late events, links before and after, undone links,
sessions over midnight and DST, and the same ids in every project, so that a leak between projects shows."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, TypeVar

import msgspec

from hatua.warehouse.rows import EventRow, LinkRow, link_version
from tests.oracle import calendar
from tests.oracle.history import History

T = TypeVar("T")

MINUTE = 60_000
HOUR = 3_600_000
ANCHORS = (
    ("Africa/Nairobi", date(2026, 3, 13)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/Havana", date(2026, 11, 1)),  # 01:00 falls back to 00:00
    ("Africa/Cairo", date(2026, 4, 24)),  # 00:00 does not exist
    ("Asia/Kathmandu", date(2026, 1, 1)),  # +05:45
)
NAMES = ("page_view", "page_view", "click", "return_filed", "heartbeat")
PAGES = ("", "/", "/mri", "/mri/form", "/tot/")
ANONYMOUS = ("a1", "a2", "a3")
USERS = ("u1", "u2", "a3")  # a user id may be spelled like someone's anonymous id: then it is the same person
PROPERTIES: tuple[dict[str, Any], ...] = (
    {},
    {"k": "x"},
    {"k": 'it\'s "é" \\ {q:String}'},
    {"k": 1},
    {"k": 1.5},
    {"k": True},
    {"k": None},
    {"k": ""},
    {"k": ["x", {"a": 1}]},
    {"other": "x"},
    {"k": -2.25, "n": "12.5"},
    {"k": "x", "n": 1e300},
    {"n": 7},
)


def generate_history(random: Random, project: str) -> tuple[History, str, date]:
    """One history, the zone it plays in, and the day it plays around."""
    zone, day = random.choice(ANCHORS)
    times = _times(random, zone, day)
    sessions = [f"s{n}" for n in range(random.randint(1, 4))]
    events = [_event(random, project, f"e{n:02d}", times, sessions) for n in range(random.randint(1, 14))]
    if random.random() < 0.5:
        events = _one_person_a_session(random, events, sessions)
    return History(events, _links(random, project, times)), zone, day


def _one_person_a_session(random: Random, events: Sequence[EventRow], sessions: Sequence[str]) -> list[EventRow]:
    """As it mostly is: one browser, who may be known by a user id from some event on, or by all."""
    browsers = {session: random.choice(ANONYMOUS) for session in sessions}
    users = {session: random.choice(USERS) for session in sessions if random.random() < 0.5}
    return [
        msgspec.structs.replace(
            event,
            anonymous_id=browsers[event.session_id],
            user_id=users.get(event.session_id, "") if event.user_id or random.random() < 0.3 else "",
        )
        for event in events
    ]


def generate_dense_history(random: Random, project: str) -> tuple[History, str, date]:
    """One or two persons who do a lot in a short time, for questions about the order of events."""
    zone, day = random.choice(ANCHORS)
    start = calendar.day_start(day, zone) + random.randint(0, 4) * HOUR
    # Multiples of one unit, so that distances are often exactly a window; some a millisecond beside it. In every third
    # history ties are rare.
    unit = random.choice((1_000, MINUTE, HOUR))
    places = random.sample(range(16), 16) if random.random() < 0.33 else [random.randint(0, 4) for _ in range(6)]
    steps = sorted(place * unit + random.choice((0, 0, 0, 0, -1, 1)) for place in places)
    times = [start + step for step in steps]
    sessions = [f"s{n}" for n in range(random.randint(1, 2))]
    events = [_event(random, project, f"e{n:02d}", times, sessions) for n in range(random.randint(4, 12))]
    persons = random.choice((("a1",), ("a1", "a2")))
    events = [
        msgspec.structs.replace(
            event,
            anonymous_id=random.choice(persons),
            user_id="",
            seq=random.choice((0, 0, 1)),
            page_path=random.choice(("/mri", "/tot/", "/")),
        )
        for event in events
    ]
    return History(_at_most_three_tied(events), _links(random, project, times)), zone, day


def _at_most_three_tied(events: Sequence[EventRow]) -> list[EventRow]:
    """The second source tries every order of what is tied: 6 of three events, but 5,040 of seven."""
    tied: Counter[tuple[int, int]] = Counter()
    found = []
    for event in events:
        seq = event.seq
        while tied[event.timestamp, seq] == 3:
            seq += 1
        tied[event.timestamp, seq] += 1
        found.append(msgspec.structs.replace(event, seq=seq))
    return found


def _times(random: Random, zone: str, day: date) -> list[int]:
    """A small pool of instants, so that ties are common; around the edges of days, some with a change of DST."""
    start, next_day, day_before = (calendar.day_start(day + timedelta(days=n), zone) for n in (0, 1, -1))
    last_year = calendar.day_start(date(day.year - 1, day.month, min(day.day, 28)), zone)
    exact = [start, next_day, day_before]
    beside = [start - 1, start + 1, next_day - 1, start + 24 * HOUR, start + 23 * HOUR, last_year]
    near = [start + random.randint(-30 * HOUR, 50 * HOUR) for _ in range(4)]
    return [*random.sample(exact, 2), *random.sample(beside, 2), *near, near[0] + 5 * MINUTE, near[0] + 30 * MINUTE]


def _event(random: Random, project: str, event_id: str, times: list[int], sessions: list[str]) -> EventRow:
    name = random.choice(NAMES)
    at = random.choice(times)
    user = random.choice(USERS) if random.random() < 0.3 else ""
    anonymous = "" if user and random.random() < 0.3 else random.choice(ANONYMOUS)
    some = random.random() < 0.5
    return EventRow(
        tenant_id=f"t{project[-1]}",
        project_id=project,
        event_id=event_id,
        event_name=name,
        event_type="page" if name == "page_view" and random.random() < 0.8 else "track",
        timestamp=at,
        received_at=at + random.choice((0, 50, 2 * HOUR)),
        processed_at=at + 2 * HOUR,
        seq=random.randint(0, 2),
        anonymous_id=anonymous,
        user_id=user,
        session_id=random.choice(sessions),
        channel=random.choice(("web", "whatsapp")),
        page_path=random.choice(PAGES),
        page_title=random.choice(("", "Home")),
        utm_source=random.choice(("google", "sms")) if some else "",
        referrer_host=random.choice(("", "google.com")),
        country_code=random.choice(("KE", "KE", "UG", "")),
        device_type=random.choice(("mobile", "desktop")),
        properties=json.dumps(random.choice(PROPERTIES), separators=(",", ":"), ensure_ascii=False),
    )


def _links(random: Random, project: str, times: list[int]) -> list[LinkRow]:
    """Some; often several of one anonymous id to different users, which then compete by time, seq and id."""
    links: dict[tuple[str, str, int], LinkRow] = {}
    contested = random.choice(ANONYMOUS) if random.random() < 0.5 else None
    for n in range(random.choice((0, 1, 2, 4))):
        at, seq = random.choice(times), random.randint(0, 1)
        undone_after = random.choice((0, 0, 0, 1, HOUR))
        version = link_version(at + undone_after, seq)
        link = LinkRow(
            tenant_id=f"t{project[-1]}",
            project_id=project,
            anonymous_id=contested or random.choice(ANONYMOUS),
            user_id=random.choice(USERS),
            linked_at=at,
            seq=seq,
            event_id=f"l{n}",
            revoked=undone_after > 0,
            version=version,
        )
        links.setdefault((link.anonymous_id, link.user_id, version), link)
    return list(links.values())


DIMENSIONS = (
    "page_path",
    "page_title",
    "entry_page",
    "exit_page",
    "event_name",
    "referrer_host",
    "utm_source",
    "country",
    "device_type",
    "channel",
    "property:k",
)
VALUES = {
    "page_path": PAGES,
    "page_title": ("", "Home"),
    "entry_page": PAGES,
    "exit_page": PAGES,
    "event_name": NAMES,
    "referrer_host": ("", "google.com"),
    "utm_source": ("", "google", "sms"),
    "country": ("KE", "UG", ""),
    "device_type": ("mobile", "desktop"),
    "channel": ("web", "whatsapp"),
    "property:k": ("", "x", "1", "1.5", "true", 'it\'s "é" \\ {q:String}', '["x",{"a":1}]'),
}
PATTERNS = ("**", "*", "/*", "/**", "/mri*", "/m*/form", "*o*", "**e**", "goo*", "it's*")


def generate_range(random: Random, day: date, zone: str) -> dict[str, Any]:
    """Some whole days around the day."""
    first = day + timedelta(days=random.randint(-2, 1))
    last = first + timedelta(days=random.choice((0, 0, 1, 2, 9)))
    return {"from": first.isoformat(), "to": last.isoformat(), "tz": zone}


def generate_filters(random: Random, most: int = 3) -> list[dict[str, Any]]:
    return [_filter(random) for _ in range(random.choice((0, 0, 1, 1, 1, most)))]


def _filter(random: Random) -> dict[str, Any]:
    dimension = random.choice(DIMENSIONS)
    operator = random.choice(("is", "is_not", "contains", "not_contains", "matches", "exists", "not_exists"))
    found: dict[str, Any] = {"dimension": dimension, "operator": operator}
    if random.random() < 0.6:
        found["scope"] = random.choice(("event", "visit"))
    if operator in ("is", "is_not"):
        found["values"] = sample(random, VALUES[dimension])
    if operator in ("contains", "not_contains"):
        found["values"] = [text for text in sample(random, VALUES[dimension]) if text] or ["m"]
    if operator == "matches":
        found["values"] = sample(random, PATTERNS)
    return found


def sample(random: Random, values: Sequence[T]) -> list[T]:
    return random.sample(list(values), random.randint(1, min(2, len(values))))


def iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
