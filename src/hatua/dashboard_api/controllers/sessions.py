"""Single sessions: the list, and one with its timeline."""

from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath

from hatua.analytics import kinds
from hatua.analytics.session_shapes import SessionQuestion, Sessions, SessionsQuestion, SessionTimeline
from hatua.dashboard_api.openapi import PROBLEMS, asks
from hatua.dashboard_api.questions import answer_query
from hatua.dashboard_api.revalidation import BRIEFLY

AnyRequest = Request[Any, Any, Any]


class SessionController(Controller):
    path = "/api/dashboard/sessions"
    tags = ("sessions",)
    after_request = BRIEFLY

    @get(
        "/",
        operation_id="listSessions",
        operation_class=asks(SessionsQuestion),
        summary="Sessions with an event in the range, latest start first",
        responses=PROBLEMS,
    )
    async def list(self, request: AnyRequest) -> Sessions:
        return await answer_query(request, kinds.SESSIONS)

    @get(
        "/{session_id:str}",
        operation_id="getSession",
        operation_class=asks(SessionQuestion, "session_id"),
        summary="One session and its events, first to last",
        responses=PROBLEMS,
    )
    async def timeline(self, request: AnyRequest, session_id: FromPath[str]) -> SessionTimeline:
        return await answer_query(request, kinds.SESSION, session_id=session_id)
