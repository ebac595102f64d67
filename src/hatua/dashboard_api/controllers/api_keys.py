"""API keys for scripts: shown once, then only listed and revoked."""

from typing import Any

from litestar import Controller, Request, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from hatua.analytics.timerange import iso_utc
from hatua.dashboard_api.access import caller_of, project_of
from hatua.dashboard_api.openapi import PROBLEMS
from hatua.dashboard_api.rooms import rooms_of
from hatua.dashboard_api.shapes import ApiKeys, CreatedApiKey, NewApiKey, api_key_of

AnyRequest = Request[Any, Any, Any]


class ApiKeyController(Controller):
    path = "/api/dashboard/api-keys"
    tags = ("api keys",)

    @get(
        "/",
        operation_id="listApiKeys",
        summary="Live keys of the organisation, or of one project; never the keys",
        responses=PROBLEMS,
    )
    async def list(self, request: AnyRequest, project_id: FromQuery[str | None] = None) -> ApiKeys:
        rooms, caller = rooms_of(request), caller_of(request)
        if project_id is not None:
            await project_of(rooms, caller, project_id, "query.project_id")
        found = await rooms.in_thread(rooms.registry.api_keys, tenant_id=caller.tenant_id, project_id=project_id)
        return ApiKeys(api_keys=[api_key_of(key) for key in found])

    @post("/", operation_id="createApiKey", summary="A new key; the answer shows it once", responses=PROBLEMS)
    async def create(self, request: AnyRequest, data: JSONBody[NewApiKey]) -> CreatedApiKey:
        rooms, caller = rooms_of(request), caller_of(request)
        await project_of(rooms, caller, data.project_id, "body.project_id")
        record, plain = await rooms.in_thread(
            rooms.registry.create_api_key, data.project_id, data.scopes, data.name, by=caller.actor
        )
        return CreatedApiKey(
            id=record.id,
            name=record.name,
            key=plain,
            prefix=record.prefix,
            scopes=list(record.scopes),
            project_id=record.project_id,
            created_at=iso_utc(record.created_at),
        )

    @delete("/{key_id:str}", operation_id="revokeApiKey", summary="The key stops working at once", responses=PROBLEMS)
    async def revoke(self, request: AnyRequest, key_id: FromPath[str]) -> None:
        rooms, caller = rooms_of(request), caller_of(request)
        await rooms.in_thread(rooms.registry.revoke_api_key, key_id, tenant_id=caller.tenant_id, by=caller.actor)
