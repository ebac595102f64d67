"""Questions and answers about single sessions."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hatua.analytics.event import Event
from hatua.analytics.question import Hour, Name, ProjectQuestion, Question, Weekday

SearchIn = Literal["all", "visit"]


class SessionsQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sessions with an event in the range that meets the filters, latest start first. `search`: text (any case) in the
    session's id, persons, entry or exit page, or city; `search_in` "visit" leaves the persons out. `person`: only those
    in which this person did something. `bounced`: with exactly one event that is no heartbeat (false: the others).
    `weekday` (1 is Monday) and `hour`: with such an event in this cell of the heat map, in the range's zone."""

    search: Annotated[str, Meta(max_length=200)] = ""
    search_in: SearchIn = "all"
    person: Annotated[str, Meta(max_length=200)] = ""
    bounced: bool | None = None
    weekday: Weekday | None = None
    hour: Hour | None = None
    goal: Name = "return_filed"
    limit: Annotated[int, Meta(ge=1, le=1_000)] = 50
    cursor: Annotated[str, Meta(max_length=1_000)] = ""


class SessionQuestion(ProjectQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One session with its events, first to last."""

    session_id: Name
    goal: Name = "return_filed"
    limit: Annotated[int, Meta(ge=1, le=5_000)] = 1_000
    cursor: Annotated[str, Meta(max_length=1_000)] = ""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """All of a session, also what lies outside the range asked for. `person`: the first of `persons`, which are the
    users seen in it, then whoever stayed anonymous. Place, device and source are those of its first event."""

    session_id: str
    person: str
    persons: list[str]
    started_at: str
    ended_at: str
    duration_s: float
    events: int
    pageviews: int
    entry_page: str
    exit_page: str
    country_code: str
    region: str
    city: str
    device_type: str
    os: str
    browser: str
    channel: str
    referrer_host: str
    referrer_channel: str
    utm_source: str
    utm_campaign: str
    bounced: bool
    converted: bool


class Sessions(msgspec.Struct, frozen=True, kw_only=True):
    """`total`: all of the range under the filters, on every page."""

    sessions: list[Session]
    total: int
    next_cursor: str | None


class SessionTimeline(msgspec.Struct, frozen=True, kw_only=True):
    session: Session
    events: list[Event]
    next_cursor: str | None
