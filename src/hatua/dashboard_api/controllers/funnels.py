"""Funnels as they are asked: a definition in the body, since it is too much for an address."""

from http import HTTPStatus
from typing import Any

from litestar import Controller, Request, post

from hatua.analytics import kinds
from hatua.analytics.funnel_shapes import Funnel, FunnelPeople
from hatua.dashboard_api.examples import FUNNEL_PEOPLE, FUNNELS
from hatua.dashboard_api.openapi import PROBLEMS, takes
from hatua.dashboard_api.questions import MAX_QUESTION_BYTES, answer_body

AnyRequest = Request[Any, Any, Any]


class FunnelController(Controller):
    path = "/api/dashboard/funnel"
    tags = ("funnels",)
    request_max_body_size = MAX_QUESTION_BYTES

    @post(
        "/",
        operation_id="askFunnel",
        operation_class=takes("FunnelQuestion", FUNNELS),
        summary="How many people take each step, and how long between them",
        status_code=HTTPStatus.OK,
        responses=PROBLEMS,
    )
    async def ask(self, request: AnyRequest) -> Funnel:
        return await answer_body(request, kinds.FUNNEL)

    @post(
        "/people",
        operation_id="askFunnelPeople",
        operation_class=takes("FunnelPeopleQuestion", FUNNEL_PEOPLE),
        summary="Who is behind one bar: as many as the bar says",
        status_code=HTTPStatus.OK,
        responses=PROBLEMS,
    )
    async def people(self, request: AnyRequest) -> FunnelPeople:
        return await answer_body(request, kinds.FUNNEL_PEOPLE)
