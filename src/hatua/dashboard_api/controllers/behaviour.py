"""Who comes back, which ways people take, and how journeys end; with the people or visits behind every number."""

from typing import Any

from litestar import Controller, Request, get

from hatua.analytics import kinds
from hatua.analytics.cohort_shapes import (
    Lifecycle,
    LifecyclePeopleQuestion,
    LifecycleQuestion,
    PeopleBehind,
    Retention,
    RetentionPeopleQuestion,
    RetentionQuestion,
    Stickiness,
    StickinessPeopleQuestion,
    StickinessQuestion,
)
from hatua.analytics.journey_shapes import JourneyList, JourneyListQuestion, Journeys, JourneysQuestion
from hatua.analytics.path_shapes import (
    PathReach,
    PathReachQuestion,
    PathReachSessionsQuestion,
    Paths,
    PathSessionsQuestion,
    PathsQuestion,
    SessionsBehind,
)
from hatua.dashboard_api.openapi import PROBLEMS, asks
from hatua.dashboard_api.questions import answer_query
from hatua.dashboard_api.revalidation import BRIEFLY

AnyRequest = Request[Any, Any, Any]


class BehaviourController(Controller):
    path = "/api/dashboard"
    tags = ("behaviour",)
    after_request = BRIEFLY

    @get(
        "/retention",
        operation_id="getRetention",
        operation_class=asks(RetentionQuestion),
        summary="Of the people with a start event, how many come back in each bucket after",
        responses=PROBLEMS,
    )
    async def retention(self, request: AnyRequest) -> Retention:
        return await answer_query(request, kinds.RETENTION)

    @get(
        "/retention/people",
        operation_id="listRetentionPeople",
        operation_class=asks(RetentionPeopleQuestion),
        summary="Who is behind one cell of the retention matrix",
        responses=PROBLEMS,
    )
    async def retention_people(self, request: AnyRequest) -> PeopleBehind:
        return await answer_query(request, kinds.RETENTION_PEOPLE)

    @get(
        "/lifecycle",
        operation_id="getLifecycle",
        operation_class=asks(LifecycleQuestion),
        summary="New, returning, resurrecting and dormant people by bucket",
        responses=PROBLEMS,
    )
    async def lifecycle(self, request: AnyRequest) -> Lifecycle:
        return await answer_query(request, kinds.LIFECYCLE)

    @get(
        "/lifecycle/people",
        operation_id="listLifecyclePeople",
        operation_class=asks(LifecyclePeopleQuestion),
        summary="Who is behind one number of a bucket",
        responses=PROBLEMS,
    )
    async def lifecycle_people(self, request: AnyRequest) -> PeopleBehind:
        return await answer_query(request, kinds.LIFECYCLE_PEOPLE)

    @get(
        "/stickiness",
        operation_id="getStickiness",
        operation_class=asks(StickinessQuestion),
        summary="How many people were active in 1, 2, ... buckets",
        responses=PROBLEMS,
    )
    async def stickiness(self, request: AnyRequest) -> Stickiness:
        return await answer_query(request, kinds.STICKINESS)

    @get(
        "/stickiness/people",
        operation_id="listStickinessPeople",
        operation_class=asks(StickinessPeopleQuestion),
        summary="Who is behind one bar",
        responses=PROBLEMS,
    )
    async def stickiness_people(self, request: AnyRequest) -> PeopleBehind:
        return await answer_query(request, kinds.STICKINESS_PEOPLE)

    @get(
        "/paths",
        operation_id="getPaths",
        operation_class=asks(PathsQuestion),
        summary="The ways visits take, as nodes and edges for a Sankey",
        responses=PROBLEMS,
    )
    async def paths(self, request: AnyRequest) -> Paths:
        return await answer_query(request, kinds.PATHS)

    @get(
        "/paths/sessions",
        operation_id="listPathSessions",
        operation_class=asks(PathSessionsQuestion),
        summary="The visits behind one edge",
        responses=PROBLEMS,
    )
    async def path_sessions(self, request: AnyRequest) -> SessionsBehind:
        return await answer_query(request, kinds.PATH_SESSIONS)

    @get(
        "/paths/reach",
        operation_id="getPathReach",
        operation_class=asks(PathReachQuestion),
        summary="How many visits walk a sequence, and what comes next",
        responses=PROBLEMS,
    )
    async def path_reach(self, request: AnyRequest) -> PathReach:
        return await answer_query(request, kinds.PATH_REACH)

    @get(
        "/paths/reach/sessions",
        operation_id="listPathReachSessions",
        operation_class=asks(PathReachSessionsQuestion),
        summary="The visits that walk so many of a sequence, and go on so",
        responses=PROBLEMS,
    )
    async def path_reach_sessions(self, request: AnyRequest) -> SessionsBehind:
        return await answer_query(request, kinds.PATH_REACH_SESSIONS)

    @get(
        "/journeys",
        operation_id="getJourneys",
        operation_class=asks(JourneysQuestion),
        summary="Journeys started, completed, dropped; alone or with an agent",
        responses=PROBLEMS,
    )
    async def journeys(self, request: AnyRequest) -> Journeys:
        return await answer_query(request, kinds.JOURNEYS)

    @get(
        "/journeys/list",
        operation_id="listJourneys",
        operation_class=asks(JourneyListQuestion),
        summary="Single journeys, latest start first",
        responses=PROBLEMS,
    )
    async def journey_list(self, request: AnyRequest) -> JourneyList:
        return await answer_query(request, kinds.JOURNEY_LIST)
