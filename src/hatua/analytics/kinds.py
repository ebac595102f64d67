"""Every kind of question there is: its shape, what answers it, and what its numbers mean."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from hatua.analytics import (
    breakdown,
    combined,
    dimension_values,
    errors_list,
    events_list,
    funnel,
    heatmap,
    journeys,
    lifecycle,
    measure,
    overview,
    path_reach,
    paths,
    people,
    realtime,
    retention,
    sessions,
    stickiness,
    timeseries,
)
from hatua.analytics.cohort_shapes import (
    LifecyclePeopleQuestion,
    LifecycleQuestion,
    RetentionPeopleQuestion,
    RetentionQuestion,
    StickinessPeopleQuestion,
    StickinessQuestion,
)
from hatua.analytics.combined_shapes import CombinedQuestion
from hatua.analytics.funnel_shapes import FunnelPeopleQuestion, FunnelQuestion
from hatua.analytics.journey_shapes import JourneyListQuestion, JourneysQuestion
from hatua.analytics.measure_shapes import MeasureQuestion
from hatua.analytics.metrics import METRICS
from hatua.analytics.path_shapes import (
    PathReachQuestion,
    PathReachSessionsQuestion,
    PathSessionsQuestion,
    PathsQuestion,
)
from hatua.analytics.people_shapes import ErrorsQuestion, PeopleQuestion, PersonEventsQuestion, PersonQuestion
from hatua.analytics.plan import Plan
from hatua.analytics.question import ProjectQuestion
from hatua.analytics.reader import Reader
from hatua.analytics.session_shapes import SessionQuestion, SessionsQuestion
from hatua.analytics.shapes import (
    BreakdownQuestion,
    DimensionValuesQuestion,
    EventsQuestion,
    HeatmapQuestion,
    OverviewQuestion,
    RealtimeQuestion,
    TimeseriesQuestion,
)

Q = TypeVar("Q", bound=ProjectQuestion)
A = TypeVar("A", bound=msgspec.Struct)


@dataclass(frozen=True)
class Kind(Generic[Q, A]):
    """`answer` takes the reader, the question and now (Unix ms); it raises InvalidQuestion, NotFound, and what the
    warehouse raises. `definition`: what the numbers of the answer mean. `plan`: of what is only counted, so that it can
    be counted together with others."""

    name: str
    question: type[Q]
    answer: Callable[[Reader, Q, int], A]
    definition: str
    plan: Callable[[Q, int], Plan[A]] | None = None


def _timeless(answer: Callable[[Reader, Q], A]) -> Callable[[Reader, Q, int], A]:
    return lambda reader, question, _now: answer(reader, question)


_METRICS = " ".join(f"{metric.label}: {metric.definition}" for metric in METRICS)
_BEHIND = "As many as the number says, under the same range, filters and breakdown."
_FUNNEL = (
    "Events in range in order of (timestamp, seq). A chain starts at a step-1 event; each next step comes after the "
    "one before and within the window counted from step 1. One event serves one step. A result is the furthest step of "
    "the best chain; times are from the first attempt that reaches furthest."
)
_RETENTION = (
    "A person is in the cohort of every bucket in which the start event happened (first_ever: only of the first one in "
    "all history). Period 0 is the whole cohort, period n those with the return event in the n-th bucket after."
)
_LIFECYCLE = (
    "new: first matching event ever; returning: also in the bucket before; resurrecting: back after a gap; dormant: in "
    "the bucket before, not now."
)
_STICKINESS = "How many people were active in exactly (or at least) so many buckets of the range."
_PATHS = "Visits, not people: page paths or events in order, equal neighbours told once, trailing slashes dropped."
_JOURNEYS = (
    "A journey is one person's events from its start to its end; dropped after 30 minutes (idle_s) without an event. "
    "self-serve: no hand-off to an agent and no agent's message in between, else assisted."
)
_PERSON = "A person is the user id of an event, else the user its anonymous id was last linked to, else that id itself."

OVERVIEW = Kind(
    "overview", OverviewQuestion, _timeless(overview.answer), _METRICS, lambda asked, _now: overview.plan(asked)
)
TIMESERIES = Kind(
    "timeseries",
    TimeseriesQuestion,
    timeseries.answer,
    f"Each bucket is a range of its own. {_METRICS}",
    timeseries.plan,
)
BREAKDOWN = Kind(
    "breakdown",
    BreakdownQuestion,
    _timeless(breakdown.answer),
    f"Metrics of each value of a dimension; acquisition, device and place are those of the visit's first event. "
    f"{_METRICS}",
    lambda asked, _now: breakdown.plan(asked),
)
COMBINED = Kind(
    "combined",
    CombinedQuestion,
    _timeless(combined.answer),
    f"Metrics side by side, each under filters of its own. A formula is worked out row by row; it is null where one of "
    f"its parts is, and where it divides by 0. {_METRICS}",
    lambda asked, _now: combined.plan(asked),
)
MEASURE = Kind(
    "measure",
    MeasureQuestion,
    _timeless(measure.answer),
    "Events, distinct actors (persons, sessions, or values of a property), and actors with the goal event in range. "
    "Sum, mean and percentiles are of the numbers that a property holds, as numbers or as text; percentiles are exact, "
    "between two numbers in proportion.",
)
HEATMAP = Kind(
    "heatmap",
    HeatmapQuestion,
    _timeless(heatmap.answer),
    "By day of the week and hour of the day in the zone; a visitor or session counts once in each cell it has an event "
    "in.",
    lambda asked, _now: heatmap.plan(asked),
)
DIMENSION_VALUES = Kind(
    "dimension_values",
    DimensionValuesQuestion,
    _timeless(dimension_values.answer),
    "Values that events in range have, with how many events have them.",
)
EVENTS = Kind("events", EventsQuestion, _timeless(events_list.answer), "Single events, newest first.")
REALTIME = Kind(
    "realtime",
    RealtimeQuestion,
    realtime.answer,
    "people_now: persons with an event in the last 5 minutes; the rest is of the last 30.",
)
FUNNEL = Kind("funnel", FunnelQuestion, _timeless(funnel.answer), _FUNNEL)
FUNNEL_PEOPLE = Kind("funnel_people", FunnelPeopleQuestion, _timeless(funnel.people), f"{_FUNNEL} {_BEHIND}")
RETENTION = Kind("retention", RetentionQuestion, retention.answer, _RETENTION)
RETENTION_PEOPLE = Kind(
    "retention_people", RetentionPeopleQuestion, _timeless(retention.people), f"{_RETENTION} {_BEHIND}"
)
LIFECYCLE = Kind("lifecycle", LifecycleQuestion, lifecycle.answer, _LIFECYCLE)
LIFECYCLE_PEOPLE = Kind(
    "lifecycle_people", LifecyclePeopleQuestion, _timeless(lifecycle.people), f"{_LIFECYCLE} {_BEHIND}"
)
STICKINESS = Kind("stickiness", StickinessQuestion, _timeless(stickiness.answer), _STICKINESS)
STICKINESS_PEOPLE = Kind(
    "stickiness_people", StickinessPeopleQuestion, _timeless(stickiness.people), f"{_STICKINESS} {_BEHIND}"
)
PATHS = Kind("paths", PathsQuestion, _timeless(paths.answer), _PATHS)
PATH_SESSIONS = Kind("path_sessions", PathSessionsQuestion, _timeless(paths.sessions), f"{_PATHS} {_BEHIND}")
_PATH_REACH = f"{_PATHS} How many walk a sequence, and what comes next."
PATH_REACH = Kind("path_reach", PathReachQuestion, _timeless(path_reach.answer), _PATH_REACH)
PATH_REACH_SESSIONS = Kind(
    "path_reach_sessions", PathReachSessionsQuestion, _timeless(path_reach.sessions), f"{_PATH_REACH} {_BEHIND}"
)
JOURNEYS = Kind("journeys", JourneysQuestion, journeys.answer, _JOURNEYS)
JOURNEY_LIST = Kind("journey_list", JourneyListQuestion, journeys.listed, f"{_JOURNEYS} {_BEHIND}")
SESSIONS = Kind(
    "sessions",
    SessionsQuestion,
    _timeless(sessions.answer),
    "Sessions with an event in range, each told whole. Bounced: exactly one event that is no heartbeat.",
)
SESSION = Kind("session", SessionQuestion, _timeless(sessions.timeline), "One session and its events, first to last.")
PEOPLE = Kind("people", PeopleQuestion, _timeless(people.answer), f"{_PERSON} Numbers are of the range and filters.")
PERSON = Kind("person", PersonQuestion, _timeless(people.profile), f"{_PERSON} Of all time.")
PERSON_EVENTS = Kind(
    "person_events", PersonEventsQuestion, _timeless(people.events), f"{_PERSON} Events of all time, newest first."
)
ERRORS = Kind(
    "errors",
    ErrorsQuestion,
    _timeless(errors_list.answer),
    "app_error events by error_code: how many, in how many sessions, of how many persons.",
)

KINDS: dict[str, Kind[Any, Any]] = {
    kind.name: kind
    for kind in (
        OVERVIEW,
        TIMESERIES,
        BREAKDOWN,
        COMBINED,
        MEASURE,
        HEATMAP,
        DIMENSION_VALUES,
        EVENTS,
        REALTIME,
        FUNNEL,
        FUNNEL_PEOPLE,
        RETENTION,
        RETENTION_PEOPLE,
        LIFECYCLE,
        LIFECYCLE_PEOPLE,
        STICKINESS,
        STICKINESS_PEOPLE,
        PATHS,
        PATH_SESSIONS,
        PATH_REACH,
        PATH_REACH_SESSIONS,
        JOURNEYS,
        JOURNEY_LIST,
        SESSIONS,
        SESSION,
        PEOPLE,
        PERSON,
        PERSON_EVENTS,
        ERRORS,
    )
}
