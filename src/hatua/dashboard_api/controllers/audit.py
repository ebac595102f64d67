"""The audit trail, for admins."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get
from msgspec import Meta

from hatua.analytics.errors import InvalidQuestion
from hatua.dashboard_api.access import caller_of
from hatua.dashboard_api.openapi import PROBLEMS, asks
from hatua.dashboard_api.people_shapes import AuditPage, entry_of
from hatua.dashboard_api.rooms import rooms_of

AnyRequest = Request[Any, Any, Any]

MAX_ID = 2**63 - 1


class AuditQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`action`: one act (`member.removed`), or all that begin with a word (`member`)."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    cursor: Annotated[str, Meta(pattern=r"^[0-9]{0,19}$")] = ""
    action: Annotated[str, Meta(pattern=r"^[a-z_.-]{0,64}$")] = ""


class AuditController(Controller):
    path = "/api/dashboard/audit"
    tags = ("people",)

    @get(
        "/",
        operation_id="listAudit",
        operation_class=asks(AuditQuestion),
        summary="Every administrative act, newest first; `action`: one, or all that begin with it (`member`)",
        responses=PROBLEMS,
    )
    async def list(self, request: AnyRequest) -> AuditPage:
        rooms, caller = rooms_of(request), caller_of(request)
        asked = _read(list(request.query_params.multi_items()))
        before = min(int(asked.cursor), MAX_ID) if asked.cursor else None
        found = await rooms.in_thread(
            rooms.registry.audit, caller.tenant_id, asked.limit + 1, before, action=asked.action
        )
        page = found[: asked.limit]
        return AuditPage(
            entries=[entry_of(each) for each in page],
            next_cursor=str(page[-1].id) if len(found) > asked.limit else None,
        )


def _read(items: list[tuple[str, Any]]) -> AuditQuestion:
    given = dict(items)
    if len(given) < len(items):
        raise InvalidQuestion("", "a parameter is given twice")
    try:
        return msgspec.convert(given, AuditQuestion, strict=False, str_keys=True)
    except msgspec.ValidationError as problem:
        text, _, place = str(problem).partition(" - at `$.")
        raise InvalidQuestion(place.rstrip("`"), text) from None
