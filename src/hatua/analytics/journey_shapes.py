"""Questions and answers about journeys: from a start to an end, alone or with an agent's help."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hatua.analytics.cohort_shapes import AnyOf
from hatua.analytics.question import Interval, Name, Question, Text
from hatua.analytics.shapes import RangeAnswer

JourneyOutcome = Literal["completed", "dropped", "in_progress"]


class JourneysQuestion(Question, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Journeys that start in the range with an event that meets the filters. `start`, `end`: the events that mark them;
    left out: those that carry journey_start, journey_end. `named_by`: the dimension of the start event that tells
    journeys apart. `idle_s`: so long without an event of the person ends a journey."""

    start: AnyOf = ()
    end: AnyOf = ()
    named_by: Name = "property:obligation_type"
    idle_s: Annotated[int, Meta(ge=60, le=86_400)] = 1_800
    interval: Interval = "day"


class JourneyListQuestion(JourneysQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Single journeys, latest start first; what is given narrows the list. `assisted`, `handed_off`: null is both."""

    outcome: JourneyOutcome | None = None
    assisted: bool | None = None
    handed_off: bool | None = None
    name: Text | None = None
    limit: Annotated[int, Meta(ge=1, le=1_000)] = 50
    cursor: Annotated[str, Meta(max_length=1_000)] = ""


class JourneyCounts(msgspec.Struct, frozen=True, kw_only=True):
    """started = completed + dropped + in_progress = self_serve + assisted. `assisted`: an agent took over or wrote in
    between. Rates are of all started; times of those completed."""

    started: int
    completed: int
    dropped: int
    in_progress: int
    self_serve: int
    assisted: int
    handed_off: int
    completion_rate: float | None
    assisted_rate: float | None
    handoff_rate: float | None
    self_serve_completed: int
    assisted_completed: int
    mean_s: float | None
    median_s: float | None


class NamedJourneys(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    counts: JourneyCounts


class JourneyBucket(msgspec.Struct, frozen=True, kw_only=True):
    """By when they started."""

    bucket: str
    started: int
    completed: int
    dropped: int
    incomplete: bool


class HandoffStep(msgspec.Struct, frozen=True, kw_only=True):
    """`step`: the last event before the hand-off that is no message and not an agent's."""

    step: str
    journeys: int


class Journeys(msgspec.Struct, frozen=True, kw_only=True):
    range: RangeAnswer
    interval: Interval
    all: JourneyCounts
    by_name: list[NamedJourneys]
    handoff_steps: list[HandoffStep]
    trend: list[JourneyBucket]


class Journey(msgspec.Struct, frozen=True, kw_only=True):
    """`ended_at`: of its last event; `handoff_step` null: it was not handed off."""

    person: str
    name: str
    started_at: str
    ended_at: str
    duration_s: float
    outcome: JourneyOutcome
    assisted: bool
    handoff_step: str | None


class JourneyList(msgspec.Struct, frozen=True, kw_only=True):
    journeys: list[Journey]
    total: int
    next_cursor: str | None
