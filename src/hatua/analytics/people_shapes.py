"""Questions and answers about single people."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from hatua.analytics.event import Event
from hatua.analytics.question import Hour, Name, ProjectQuestion, Question, Weekday


class PeopleQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People with an event in the range that meets the filters, last seen first. `search`: text (any case) in a
    person's id, in one of its anonymous ids of these events, or in a trait that an identify event of any time gave
    (name, phone, e-mail, PIN). So they are the people behind a number: `known` true those counted as users, false as
    anonymous; `converted` those with the `goal` event in range, whatever the filters (false: without);
    `weekday` (1 is Monday) and `hour` those behind a cell of the heat map, in the range's zone."""

    known: bool | None = None
    converted: bool | None = None
    goal: Name = "return_filed"
    weekday: Weekday | None = None
    hour: Hour | None = None
    search: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=1_000)] = 50
    cursor: Annotated[str, Meta(max_length=1_000)] = ""


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the range and the filters show of a person; place and device are of the last such event."""

    person: str
    known: bool
    first_seen: str
    last_seen: str
    sessions: int
    events: int
    channels: list[str]
    country_code: str
    city: str
    device_type: str
    browser: str
    os: str


class People(msgspec.Struct, frozen=True, kw_only=True):
    """`total`: how many there are in all; of a range and filters alone it is the number of visitors."""

    people: list[PersonRow]
    total: int
    next_cursor: str | None


class PersonQuestion(ProjectQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One person, of all time."""

    person: Name


class PersonEventsQuestion(PersonQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person's events across channels, of all time, newest first."""

    limit: Annotated[int, Meta(ge=1, le=1_000)] = 50
    cursor: Annotated[str, Meta(max_length=1_000)] = ""


class ValueCount(msgspec.Struct, frozen=True, kw_only=True):
    value: str
    events: int


class Device(msgspec.Struct, frozen=True, kw_only=True):
    device_type: str
    os: str
    browser: str
    events: int
    last_seen: str


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """`traits`: what identify events said, the latest word on each. `anonymous_ids`: those that are this person now:
    linked to it, or its own."""

    person: str
    known: bool
    anonymous_ids: list[str]
    traits: dict[str, Any]
    first_seen: str
    last_seen: str
    sessions: int
    events: int
    pageviews: int
    channels: list[ValueCount]
    countries: list[ValueCount]
    devices: list[Device]


class PersonEvents(msgspec.Struct, frozen=True, kw_only=True):
    events: list[Event]
    next_cursor: str | None


class ErrorsQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`app_error` events by their error_code, most events first."""

    limit: Annotated[int, Meta(ge=1, le=1_000)] = 50
    offset: Annotated[int, Meta(ge=0, le=100_000)] = 0


class ErrorRow(msgspec.Struct, frozen=True, kw_only=True):
    """`message`: the latest one."""

    code: str
    message: str
    events: int
    sessions: int
    people: int
    first_seen: str
    last_seen: str


class Errors(msgspec.Struct, frozen=True, kw_only=True):
    rows: list[ErrorRow]
    total_rows: int
