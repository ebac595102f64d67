"""Funnels that a project keeps: its own, and the presets that an integration brought along."""

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from litestar import Controller, Request, delete, get, patch, post
from litestar.params import FromPath
from msgspec import UNSET

from hatua.analytics.question import ProjectQuestion
from hatua.dashboard_api.access import caller_of, project_of
from hatua.dashboard_api.errors import Refused
from hatua.dashboard_api.examples import FUNNEL_CHANGES, NEW_FUNNELS
from hatua.dashboard_api.masking import Masker, personal_dimension
from hatua.dashboard_api.openapi import PROBLEMS, asks, takes
from hatua.dashboard_api.pseudonyms import refuse_personal, replaced
from hatua.dashboard_api.questions import MAX_QUESTION_BYTES, body_of, masker_of, question_of
from hatua.dashboard_api.rooms import rooms_of
from hatua.dashboard_api.saved_funnels import (
    FunnelChanges,
    NewFunnel,
    SavedDefinition,
    SavedFunnel,
    SavedFunnels,
    checked,
    shown,
)

AnyRequest = Request[Any, Any, Any]
B = TypeVar("B", bound=msgspec.Struct)


class FunnelsQuestion(ProjectQuestion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The project whose funnels are listed."""


class SavedFunnelController(Controller):
    path = "/api/dashboard/funnels"
    tags = ("funnels",)
    request_max_body_size = MAX_QUESTION_BYTES

    @get(
        "/",
        operation_id="listFunnels",
        operation_class=asks(FunnelsQuestion, "tz", "filters"),
        summary="Presets and saved funnels, oldest first",
        responses=PROBLEMS,
    )
    async def list(self, request: AnyRequest) -> SavedFunnels:
        rooms, question = rooms_of(request), await question_of(request, FunnelsQuestion)
        funnels = await rooms.in_thread(rooms.registry.funnels, question.project)
        masker = await masker_of(request)
        return SavedFunnels(funnels=[_hidden(masker, shown(each)) for each in funnels])

    @post(
        "/",
        operation_id="createFunnel",
        operation_class=takes("NewFunnel", NEW_FUNNELS),
        summary="Save a funnel for everyone in the organisation",
        responses=PROBLEMS,
    )
    async def create(self, request: AnyRequest) -> SavedFunnel:
        rooms, caller = rooms_of(request), caller_of(request)
        asked = _read(await body_of(request), NewFunnel)
        project = await project_of(rooms, caller, asked.project, "body.project")
        definition = await _real(request, asked.definition)
        made = await rooms.in_thread(
            rooms.registry.create_funnel,
            project.project_id,
            asked.name,
            definition,
            description=asked.description,
            by=caller.actor,
        )
        return _hidden(await masker_of(request), shown(made))

    @patch(
        "/{funnel_id:str}",
        operation_id="changeFunnel",
        operation_class=takes("FunnelChanges", FUNNEL_CHANGES),
        summary="Change what is named, leave the rest",
        responses=PROBLEMS,
    )
    async def change(self, request: AnyRequest, funnel_id: FromPath[str]) -> SavedFunnel:
        rooms = rooms_of(request)
        project_id = await _project_of_funnel(request, funnel_id)
        asked = _read(await body_of(request), FunnelChanges)
        changes: dict[str, Any] = {
            name: value for name in ("name", "description") if (value := getattr(asked, name)) is not UNSET
        }
        if isinstance(asked.definition, SavedDefinition):
            changes["definition"] = await _real(request, asked.definition)
        changed = await rooms.in_thread(
            rooms.registry.change_funnel, project_id, funnel_id, changes, by=caller_of(request).actor
        )
        return _hidden(await masker_of(request), shown(changed))

    @delete(
        "/{funnel_id:str}",
        operation_id="deleteFunnel",
        summary="Forget a funnel, a preset included; no event is touched",
        responses=PROBLEMS,
    )
    async def delete(self, request: AnyRequest, funnel_id: FromPath[str]) -> None:
        rooms = rooms_of(request)
        project_id = await _project_of_funnel(request, funnel_id)
        await rooms.in_thread(rooms.registry.delete_funnel, project_id, funnel_id, by=caller_of(request).actor)


async def _project_of_funnel(request: AnyRequest, funnel_id: str) -> str:
    """Raises Refused 404, for a funnel out of reach as for one that does not exist."""
    rooms = rooms_of(request)
    project_id = await rooms.in_thread(rooms.registry.project_of_funnel, funnel_id)
    try:
        return (await project_of(rooms, caller_of(request), project_id or "", "path.funnel_id")).project_id
    except Refused as refused:
        raise Refused(refused.status, refused.code, "There is no such funnel.", refused.path) from None


def _read(given: Mapping[str, Any], kind: type[B]) -> B:
    """Raises Refused 400 with the path of what is wrong."""
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as problem:
        text, _, path = str(problem).partition(" - at `$")
        where = f"body{path.rstrip('`')}"
        raise Refused(HTTPStatus.BAD_REQUEST, "invalid_request", text[:1].lower() + text[1:], where) from None


async def _real(request: AnyRequest, definition: SavedDefinition) -> dict[str, Any]:
    """A definition as it is stored: checked, and with the values that its pseudonyms stand for. Raises
    InvalidQuestion, Refused 403 (personal data), Refused 409 (a pseudonym that this process does not know)."""
    masker = await masker_of(request)
    if masker is None:
        return checked(definition)
    refuse_personal(definition, "body.definition")
    real = replaced(definition, masker.revealed)
    if masker.names_somebody(msgspec.json.encode(real).decode()):
        text = "The definition holds a pseudonym that is not known any more; open the funnel again."
        raise Refused(HTTPStatus.CONFLICT, "unknown_pseudonym", text, "body.definition")
    return checked(real)


def _hidden(masker: Masker | None, funnel: SavedFunnel) -> SavedFunnel:
    """The values in its filters may be personal data."""
    if masker is None:
        return funnel
    plain = msgspec.to_builtins(funnel.definition)
    for event in _events(plain):
        for each in event.get("filters", ()):
            personal = personal_dimension(each["dimension"])
            hide: Callable[[str], str] = masker.user if personal else masker.text
            each["values"] = [hide(value) for value in each.get("values", ())]
    return msgspec.structs.replace(funnel, definition=msgspec.convert(plain, SavedDefinition))


def _events(definition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for step in definition["steps"]:
        yield from step["any_of"]
    yield from definition["exclusions"]
