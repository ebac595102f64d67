"""Projects and their write keys."""

from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Controller, Request, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from hatua.analytics.events_list import unix_ms
from hatua.analytics.timerange import iso_utc
from hatua.dashboard_api.access import caller_of, project_of
from hatua.dashboard_api.errors import Refused
from hatua.dashboard_api.openapi import PROBLEMS
from hatua.dashboard_api.people_shapes import RotateKey
from hatua.dashboard_api.rooms import Rooms, rooms_of
from hatua.dashboard_api.shapes import (
    DeleteProject,
    FirstEvent,
    NewProject,
    NewWriteKey,
    Project,
    ProjectChanges,
    Projects,
    WriteKey,
    write_key_of,
)
from hatua.dashboard_api.shapes import project_of as shown
from hatua.privacy.shapes import ProjectReceipt
from hatua.warehouse.sql import load

AnyRequest = Request[Any, Any, Any]


class ProjectController(Controller):
    path = "/api/dashboard/projects"
    tags = ("projects",)

    @get("/", operation_id="listProjects", summary="The projects the caller reaches, oldest first", responses=PROBLEMS)
    async def list(self, request: AnyRequest) -> Projects:
        rooms, caller = rooms_of(request), caller_of(request)
        found = await rooms.in_thread(rooms.registry.projects, caller.tenant_id)
        reached = [each for each in found if caller.project_id in (None, each.id)]
        return Projects(projects=[shown(each, with_keys=caller.role != "viewer") for each in reached])

    @post("/", operation_id="createProject", summary="A new project with one write key", responses=PROBLEMS)
    async def create(self, request: AnyRequest, data: JSONBody[NewProject]) -> Project:
        rooms, caller = rooms_of(request), caller_of(request)
        registry = rooms.registry
        made = await rooms.in_thread(
            registry.create_project, data.name, caller.tenant_id, timezone=data.timezone, by=caller.actor
        )
        key = await rooms.in_thread(registry.create_write_key, made.id, by=caller.actor)
        await rooms.in_thread(registry.install_presets, made.id, rooms.presets, by=caller.actor)
        return shown(msgspec.structs.replace(made, write_keys=(key,)))

    @patch(
        "/{project_id:str}",
        operation_id="changeProject",
        summary="Change what is named, leave the rest",
        responses=PROBLEMS,
    )
    async def change(self, request: AnyRequest, project_id: FromPath[str], data: JSONBody[ProjectChanges]) -> Project:
        rooms, caller = rooms_of(request), caller_of(request)
        await project_of(rooms, caller, project_id, "path.project_id")
        changes = {k: v for k, v in msgspec.structs.asdict(data).items() if v is not UNSET}
        changed = await rooms.in_thread(
            rooms.registry.change_project, project_id, changes, tenant_id=caller.tenant_id, by=caller.actor
        )
        return shown(changed)

    @post(
        "/{project_id:str}/delete",
        operation_id="deleteProject",
        summary="Delete a project with everything in it; answers when nothing of it is left",
        responses=PROBLEMS,
        status_code=HTTPStatus.OK,
    )
    async def remove(
        self, request: AnyRequest, project_id: FromPath[str], data: JSONBody[DeleteProject]
    ) -> ProjectReceipt:
        rooms, caller = rooms_of(request), caller_of(request)
        project = await project_of(rooms, caller, project_id, "path.project_id")
        if rooms.deleting is None:
            raise Refused(
                HTTPStatus.SERVICE_UNAVAILABLE, "no_log", "This process does not know the event log: set REDIS_URL."
            )
        return await rooms.in_thread(
            rooms.deleting.delete, project.project_id, data.name, tenant_id=caller.tenant_id, by=caller.actor
        )

    @post(
        "/{project_id:str}/write-keys", operation_id="createWriteKey", summary="One more write key", responses=PROBLEMS
    )
    async def create_key(self, request: AnyRequest, project_id: FromPath[str], data: JSONBody[NewWriteKey]) -> WriteKey:
        rooms, caller = rooms_of(request), caller_of(request)
        await project_of(rooms, caller, project_id, "path.project_id")
        key = await rooms.in_thread(rooms.registry.create_write_key, project_id, data.name, by=caller.actor)
        return write_key_of(key)

    @delete(
        "/{project_id:str}/write-keys/{key_id:str}",
        operation_id="revokeWriteKey",
        summary="Events sent with this key are refused from now on",
        responses=PROBLEMS,
    )
    async def revoke_key(self, request: AnyRequest, project_id: FromPath[str], key_id: FromPath[str]) -> None:
        rooms, caller = rooms_of(request), caller_of(request)
        await project_of(rooms, caller, project_id, "path.project_id")
        await rooms.in_thread(rooms.registry.revoke_write_key, project_id, key_id, by=caller.actor)

    @post(
        "/{project_id:str}/write-keys/{key_id:str}/rotate",
        operation_id="rotateWriteKey",
        summary="A new key of the same name; the old one goes on for a while",
        responses=PROBLEMS,
    )
    async def rotate_key(
        self, request: AnyRequest, project_id: FromPath[str], key_id: FromPath[str], data: JSONBody[RotateKey]
    ) -> WriteKey:
        rooms, caller = rooms_of(request), caller_of(request)
        await project_of(rooms, caller, project_id, "path.project_id")
        key = await rooms.in_thread(
            rooms.registry.rotate_write_key,
            project_id,
            key_id,
            overlap_ms=data.overlap_hours * 3_600_000,
            by=caller.actor,
        )
        return write_key_of(key)

    @get(
        "/{project_id:str}/first-event",
        operation_id="getFirstEvent",
        summary="Whether anything has arrived yet",
        responses=PROBLEMS,
    )
    async def first_event(self, request: AnyRequest, project_id: FromPath[str]) -> FirstEvent:
        rooms, caller = rooms_of(request), caller_of(request)
        await project_of(rooms, caller, project_id, "path.project_id")
        return await rooms.desk.ask(_first_event, rooms, project_id)


def _first_event(rooms: Rooms, project_id: str) -> FirstEvent:
    rows = rooms.warehouse.rows(load("hatua.dashboard_api", "first_event.sql"), {"project": project_id})
    if not rows:
        return FirstEvent(received=False)
    row = rows[0]
    return FirstEvent(
        received=True,
        event_name=row["event_name"],
        timestamp=iso_utc(unix_ms(row["timestamp"])),
        library=" ".join(filter(None, (row["library_name"], row["library_version"]))),
    )
