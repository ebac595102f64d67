"""Single events: the list, the last half hour, and the live stream."""

from typing import Any

from litestar import Controller, Request, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import ASGIApp

from hatua.analytics import kinds
from hatua.analytics.event import Event
from hatua.analytics.question import ProjectQuestion
from hatua.analytics.shapes import Events, EventsQuestion, Realtime, RealtimeQuestion
from hatua.dashboard_api.access import caller_of, identify
from hatua.dashboard_api.openapi import PROBLEMS, asks
from hatua.dashboard_api.questions import answer_query, masker_of, question_of
from hatua.dashboard_api.revalidation import ALWAYS_ASKED, BRIEFLY
from hatua.dashboard_api.rooms import rooms_of
from hatua.dashboard_api.streaming import EventStream

AnyRequest = Request[Any, Any, Any]


class LiveQuestion(ProjectQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The project to watch."""


class EventController(Controller):
    path = "/api/dashboard"
    tags = ("events",)

    @get(
        "/events",
        operation_id="listEvents",
        operation_class=asks(EventsQuestion),
        summary="Single events, newest first, page by page",
        responses=PROBLEMS,
        after_request=BRIEFLY,
    )
    async def events(self, request: AnyRequest) -> Events:
        return await answer_query(request, kinds.EVENTS)

    @get(
        "/realtime",
        operation_id="getRealtime",
        operation_class=asks(RealtimeQuestion),
        summary="Who is here now, and the last 30 minutes",
        responses=PROBLEMS,
        after_request=ALWAYS_ASKED,
    )
    async def realtime(self, request: AnyRequest) -> Realtime:
        return await answer_query(request, kinds.REALTIME)

    @get(
        "/live",
        operation_id="streamEvents",
        operation_class=asks(LiveQuestion, "tz", "filters"),
        summary="Events as they become visible, as server-sent events; Last-Event-ID resumes",
        responses={
            **PROBLEMS,
            200: ResponseSpec(
                Event, media_type="text/event-stream", generate_examples=False, description="`data` of each event"
            ),
        },
    )
    async def live(self, request: AnyRequest) -> ASGIApp:
        rooms, caller = rooms_of(request), caller_of(request)
        question = await question_of(request, LiveQuestion)
        masker = await masker_of(request)
        listener = rooms.live.subscribe(question.project, masker)
        try:
            cursor = request.headers.get("last-event-id", "")
            missed = await rooms.live.catch_up(question.project, cursor, masker) if cursor else []
        except BaseException:
            rooms.live.leave(question.project, listener)
            raise

        async def still_allowed() -> bool:
            now = await identify(request)
            if now is None or (now.tenant_id, now.role, now.scopes) != (caller.tenant_id, caller.role, caller.scopes):
                return False
            return await rooms.in_thread(rooms.registry.project, question.project) is not None

        chunks = rooms.live.stream(listener, missed, still_allowed)
        return EventStream(chunks, listener.ended, lambda: rooms.live.leave(question.project, listener))
