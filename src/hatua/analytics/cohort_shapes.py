"""Questions and answers about who comes back: retention, lifecycle, stickiness."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hatua.analytics.actors import refuse_unknown
from hatua.analytics.question import EventMatch, Name, Question

CohortInterval = Literal["day", "week", "month"]
Cohorts = Literal["recurring", "first_ever"]
Stage = Literal["new", "returning", "resurrecting", "dormant"]
AnyOf = Annotated[tuple[EventMatch, ...], Meta(max_length=50)]
Limit = Annotated[int, Meta(ge=1, le=1_000)]
Cursor = Annotated[str, Meta(max_length=1_000)]

MAX_COHORT_BUCKETS = 400
"""Cells grow with the square; a year of days is 366."""


class PeopleBehind(msgspec.Struct, frozen=True, kw_only=True):
    """Persons by name (asked per session or property: session ids, values of the property); `total` is the number they
    stand behind."""

    people: list[str]
    total: int
    next_cursor: str | None


class CohortQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`per`: who comes back: `person`, `session` (its own events on later days, over midnight), or `property:<key>`
    (events without it take no part)."""

    per: Name = "person"

    def __post_init__(self) -> None:
        refuse_unknown(self.per)


class RetentionQuestion(CohortQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of the people with the start event in a bucket: how many have the return event in the n-th bucket after. Both are
    any event where none is said. `kind`: a person is in the cohort of every bucket with its start event, or only in
    that of its first one ever. `cumulative`: in that bucket or a later one of the range. `minimum_times`: at least so
    often. The range widens to whole weeks or months; returns are looked for inside it."""

    start: AnyOf = ()
    returning: AnyOf = msgspec.field(name="return", default=())
    interval: CohortInterval = "week"
    kind: Cohorts = "recurring"
    cumulative: bool = False
    minimum_times: Annotated[int, Meta(ge=1, le=1_000)] = 1
    periods: Annotated[int, Meta(ge=1, le=MAX_COHORT_BUCKETS)] = 12


class RetentionPeopleQuestion(RetentionQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is behind one cell: `cohort` and `period` from 0; period 0 is the whole cohort."""

    cohort: Annotated[int, Meta(ge=0, le=MAX_COHORT_BUCKETS)]
    period: Annotated[int, Meta(ge=0, le=MAX_COHORT_BUCKETS)]
    limit: Limit = 50
    cursor: Cursor = ""


class RetentionCell(msgspec.Struct, frozen=True, kw_only=True):
    people: int
    rate: float | None
    incomplete: bool


class RetentionCohort(msgspec.Struct, frozen=True, kw_only=True):
    """`cells[n]`: n buckets after; `cells[0]` is the whole cohort."""

    bucket: str
    size: int
    cells: list[RetentionCell]


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """`curve[n]`: people of all cells n that are over, by the sizes of their cohorts; null where none is over."""

    interval: CohortInterval
    timezone: str
    per: str
    cohorts: list[RetentionCohort]
    curve: list[float | None]


class LifecycleQuestion(CohortQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is new, returning, resurrecting, dormant in each bucket, by the event (any event where none is said)."""

    event: AnyOf = ()
    interval: CohortInterval = "week"


class LifecyclePeopleQuestion(LifecycleQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is behind one number: `bucket` from 0."""

    bucket: Annotated[int, Meta(ge=0, le=MAX_COHORT_BUCKETS)]
    stage: Stage
    limit: Limit = 50
    cursor: Cursor = ""


class LifecycleBucket(msgspec.Struct, frozen=True, kw_only=True):
    """`new`: first event ever; `returning`: also in the bucket before; `resurrecting`: back after a gap; together all
    who are active. `dormant`: in the bucket before, not now."""

    bucket: str
    new: int
    returning: int
    resurrecting: int
    dormant: int
    incomplete: bool


class Lifecycle(msgspec.Struct, frozen=True, kw_only=True):
    interval: CohortInterval
    timezone: str
    per: str
    buckets: list[LifecycleBucket]


class StickinessQuestion(CohortQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many people were active in exactly 1, 2, ... buckets of the range; `at_least`: in that many or more. A bucket
    counts with `minimum_times` events."""

    event: AnyOf = ()
    interval: CohortInterval = "day"
    minimum_times: Annotated[int, Meta(ge=1, le=1_000)] = 1
    at_least: bool = False


class StickinessPeopleQuestion(StickinessQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is behind one bar."""

    buckets: Annotated[int, Meta(ge=1, le=MAX_COHORT_BUCKETS)]
    limit: Limit = 50
    cursor: Cursor = ""


class StickinessBar(msgspec.Struct, frozen=True, kw_only=True):
    buckets: int
    people: int


class Stickiness(msgspec.Struct, frozen=True, kw_only=True):
    interval: CohortInterval
    timezone: str
    per: str
    bars: list[StickinessBar]
