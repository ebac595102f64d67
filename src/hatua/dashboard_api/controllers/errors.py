"""What went wrong for people."""

from typing import Any

from litestar import Controller, Request, get

from hatua.analytics import kinds
from hatua.analytics.people_shapes import Errors, ErrorsQuestion
from hatua.dashboard_api.openapi import PROBLEMS, asks
from hatua.dashboard_api.questions import answer_query
from hatua.dashboard_api.revalidation import BRIEFLY

AnyRequest = Request[Any, Any, Any]


class ErrorController(Controller):
    path = "/api/dashboard/errors"
    tags = ("errors",)
    after_request = BRIEFLY

    @get(
        "/",
        operation_id="listErrors",
        operation_class=asks(ErrorsQuestion),
        summary="app_error events by code, most events first",
        responses=PROBLEMS,
    )
    async def list(self, request: AnyRequest) -> Errors:
        return await answer_query(request, kinds.ERRORS)
