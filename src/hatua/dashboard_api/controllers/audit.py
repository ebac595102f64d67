"""The audit trail, for admins."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get
from litestar.params import FromQuery

from hatua.analytics.errors import InvalidQuestion
from hatua.dashboard_api.access import caller_of
from hatua.dashboard_api.openapi import PROBLEMS
from hatua.dashboard_api.people_shapes import AuditPage, entry_of
from hatua.dashboard_api.rooms import rooms_of

AnyRequest = Request[Any, Any, Any]

Limit = Annotated[int, msgspec.Meta(ge=1, le=500)]
MAX_ID = 2**63 - 1


class AuditController(Controller):
    path = "/api/dashboard/audit"
    tags = ("people",)

    @get(
        "/",
        operation_id="listAudit",
        summary="Every administrative act, newest first; `action`: one, or all that begin with it (`member`)",
        responses=PROBLEMS,
    )
    async def list(
        self,
        request: AnyRequest,
        limit: FromQuery[Limit] = 50,
        cursor: FromQuery[str] = "",
        action: FromQuery[str] = "",
    ) -> AuditPage:
        rooms, caller = rooms_of(request), caller_of(request)
        before = _id_of(cursor)
        if "\x00" in action or not action.isprintable():
            raise InvalidQuestion("action", "is not the name of an act")
        found = await rooms.in_thread(rooms.registry.audit, caller.tenant_id, limit + 1, before, action=action)
        page = found[:limit]
        return AuditPage(
            entries=[entry_of(each) for each in page],
            next_cursor=str(page[-1].id) if len(found) > limit else None,
        )


def _id_of(cursor: str) -> int | None:
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdigit() and int(cursor[:20]) <= MAX_ID and len(cursor) <= 19):
        raise InvalidQuestion("cursor", f"{cursor[:40]!r} is not a cursor of this list")
    return int(cursor)
