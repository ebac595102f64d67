"""People: the list and its search, one person's profile, and what they did across channels."""

from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath

from hatua.analytics import kinds
from hatua.analytics.people_shapes import (
    People,
    PeopleQuestion,
    PersonEvents,
    PersonEventsQuestion,
    PersonQuestion,
    Profile,
)
from hatua.dashboard_api.openapi import PROBLEMS, asks
from hatua.dashboard_api.questions import answer_query
from hatua.dashboard_api.revalidation import BRIEFLY

AnyRequest = Request[Any, Any, Any]


class PeopleController(Controller):
    path = "/api/dashboard/people"
    tags = ("people",)
    after_request = BRIEFLY

    @get(
        "/",
        operation_id="listPeople",
        operation_class=asks(PeopleQuestion),
        summary="People with an event in the range, last seen first",
        responses=PROBLEMS,
    )
    async def list(self, request: AnyRequest) -> People:
        return await answer_query(request, kinds.PEOPLE)

    @get(
        "/{person:str}",
        operation_id="getPerson",
        operation_class=asks(PersonQuestion, "person", "filters"),
        summary="One person's profile, of all time",
        responses=PROBLEMS,
    )
    async def profile(self, request: AnyRequest, person: FromPath[str]) -> Profile:
        return await answer_query(request, kinds.PERSON, person=person)

    @get(
        "/{person:str}/events",
        operation_id="listPersonEvents",
        operation_class=asks(PersonEventsQuestion, "person"),
        summary="What one person did across channels, newest first",
        responses=PROBLEMS,
    )
    async def events(self, request: AnyRequest, person: FromPath[str]) -> PersonEvents:
        return await answer_query(request, kinds.PERSON_EVENTS, person=person)
