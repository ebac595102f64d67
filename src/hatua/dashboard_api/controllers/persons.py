"""Find, export and erase a person: what the law lets people ask for. For admins, and keys with the scope for it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.response import Stream
from msgspec import Meta

from hatua.analytics.question import ProjectQuestion
from hatua.analytics.timerange import iso_utc
from hatua.contract.limits import MAX_ID_CHARS
from hatua.dashboard_api.access import caller_of, project_of
from hatua.dashboard_api.errors import Refused
from hatua.dashboard_api.openapi import PROBLEMS, asks
from hatua.dashboard_api.questions import question_of
from hatua.dashboard_api.rooms import Rooms, rooms_of
from hatua.dashboard_api.shapes import Line
from hatua.privacy.people import People
from hatua.privacy.shapes import Found, Receipt
from hatua.registry.model import Erasure

AnyRequest = Request[Any, Any, Any]
PersonId = Annotated[str, Meta(min_length=1, max_length=MAX_ID_CHARS)]

LINES_AT_ONCE = 200


class PersonAsked(ProjectQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`id`: any id of the person: a user id (PIN), a phone number, an e-mail address, a browser's id."""

    id: PersonId


class ErasePerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`id` as in `find`. There is no way back."""

    project: Line
    id: PersonId


class ErasureEntry(msgspec.Struct, frozen=True, kw_only=True):
    """`finished_at`: null for one that was broken off; run it again. `receipt`: counts before and after, by store."""

    id: str
    erased_at: str
    finished_at: str | None
    receipt: dict[str, Any]


class ErasureList(msgspec.Struct, frozen=True, kw_only=True):
    erasures: list[ErasureEntry]


class PersonController(Controller):
    path = "/api/dashboard"
    tags = ("privacy",)

    @get(
        "/people/find",
        operation_id="findPerson",
        operation_class=asks(PersonAsked, "tz", "filters"),
        summary="Everything by which a person is known, from any one id",
        responses=PROBLEMS,
    )
    async def find(self, request: AnyRequest) -> Found:
        rooms, asked = rooms_of(request), await question_of(request, PersonAsked)
        return await rooms.desk.ask(_people(rooms).find, asked.project, asked.id)

    @get(
        "/people/export",  # the id stands in the query: one may hold a slash, which a path cannot
        operation_id="exportPerson",
        operation_class=asks(PersonAsked, "tz", "filters"),
        summary="Everything of a person as JSON lines: links, sessions, events, dead letters",
        responses={
            **PROBLEMS,
            200: ResponseSpec(
                str, media_type="application/x-ndjson", generate_examples=False, description="JSON lines"
            ),
        },
        own_encoding=True,
    )
    async def export(self, request: AnyRequest) -> Stream:
        rooms, caller = rooms_of(request), caller_of(request)
        asked = await question_of(request, PersonAsked)
        lines = _people(rooms).export(asked.project, asked.id)
        first = await rooms.desk.ask(_some, lines)  # whatever is wrong with the question is said here
        await rooms.in_thread(
            rooms.registry.note,
            caller.actor,
            "person.exported",
            tenant_id=caller.tenant_id,
            project_id=asked.project,
        )
        return Stream(
            _streamed(first, lines),
            media_type="application/x-ndjson",
            headers={"Content-Disposition": 'attachment; filename="person.jsonl"'},
        )

    @post(
        "/people/erase",
        operation_id="erasePerson",
        summary="Erase a person from every store, now and for what is still on its way",
        responses=PROBLEMS,
        status_code=HTTPStatus.OK,
    )
    async def erase(self, request: AnyRequest, data: JSONBody[ErasePerson]) -> Receipt:
        rooms, caller = rooms_of(request), caller_of(request)
        project = await project_of(rooms, caller, data.project, "body.project")
        people = _people(rooms)
        return await rooms.in_thread(
            people.erase, project.project_id, data.id, tenant_id=caller.tenant_id, by=caller.actor
        )

    @get(
        "/erasures",
        operation_id="listErasures",
        operation_class=asks(ProjectQuestion, "tz", "filters"),
        summary="The receipts of all erasures, newest first; they name nobody",
        responses=PROBLEMS,
    )
    async def erasures(self, request: AnyRequest) -> ErasureList:
        rooms, asked = rooms_of(request), await question_of(request, ProjectQuestion)
        found = await rooms.in_thread(rooms.registry.erasures, asked.project)
        return ErasureList(erasures=[_entry(one) for one in found])


def _people(rooms: Rooms) -> People:
    if rooms.people is None:
        raise Refused(
            HTTPStatus.SERVICE_UNAVAILABLE, "no_log", "This process does not know the event log: set REDIS_URL."
        )
    return rooms.people


def _some(lines: Iterator[bytes]) -> bytes:
    return b"".join(islice(lines, LINES_AT_ONCE))


async def _streamed(first: bytes, lines: Iterator[bytes]) -> AsyncIterator[bytes]:
    part = first
    while part:
        yield part
        part = await asyncio.to_thread(_some, lines)


def _entry(one: Erasure) -> ErasureEntry:
    return ErasureEntry(
        id=one.id,
        erased_at=iso_utc(one.erased_at),
        finished_at=None if one.finished_at is None else iso_utc(one.finished_at),
        receipt=one.receipt,
    )
