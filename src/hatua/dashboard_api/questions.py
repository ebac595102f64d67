"""From a request to a question and its answer: strict, with the project's own zone and goal and the last 30 days where
nothing is said, and without personal data for those who may not see it."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from litestar import Request

from hatua.analytics.combined_shapes import CombinedQuestion
from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.kinds import KINDS, Kind
from hatua.analytics.question import ProjectQuestion, Question, read, read_json
from hatua.analytics.reader import Reader
from hatua.analytics.timerange import with_range
from hatua.dashboard_api.access import caller_of, project_of, refuse_unless
from hatua.dashboard_api.asking import Asking
from hatua.dashboard_api.errors import Refused
from hatua.dashboard_api.hiding import Hiding
from hatua.dashboard_api.masking import Masker
from hatua.dashboard_api.permissions import rule_of_question
from hatua.dashboard_api.pseudonyms import refuse_personal, with_real_values
from hatua.dashboard_api.rooms import rooms_of
from hatua.registry.model import ProjectAccess

AnyRequest = Request[Any, Any, Any]
Q = TypeVar("Q", bound=ProjectQuestion)
A = TypeVar("A", bound=msgspec.Struct)
T = TypeVar("T")

_PROJECTS = "hatua.projects"

MAX_QUESTION_BYTES = 262_144
"""A funnel of 20 steps with 50 alternatives each is half of it."""


async def answer_query(request: AnyRequest, kind: Kind[Q, A], **in_path: str) -> A:
    """The answer to the question in the query string; `in_path`: its fields that the path gives."""
    try:
        question = await question_of(request, kind.question, **in_path)
    except InvalidQuestion as problem:
        if problem.path not in in_path:
            raise
        raise Refused(HTTPStatus.BAD_REQUEST, "invalid_question", problem.message, f"path.{problem.path}") from None
    return await answer_question(request, kind, question)


async def answer_body(request: AnyRequest, kind: Kind[Q, A]) -> A:
    """The answer to the question in the body."""
    question = await complete(request, kind.question, await body_of(request), read_json, "body")
    return await answer_question(request, kind, question)


async def answer_question(request: AnyRequest, kind: Kind[Q, A], question: Q) -> A:
    """In a thread of the desk, ended when the client goes away."""
    rooms = rooms_of(request)
    async with rooms.askings.opened() as asking:
        return await answer_with(request, asking, kind, question)


async def answer_with(request: AnyRequest, asking: Asking, kind: Kind[Q, A], question: Q) -> A:
    """The same on an Asking that the caller has opened."""
    rooms, masker = rooms_of(request), await masker_of(request)
    return await rooms.askings.answer(request.receive, asking, _answered, kind, question, rooms.clock(), masker)


async def question_of(request: AnyRequest, kind: type[Q], **in_path: str) -> Q:
    """The question in a query string. Raises InvalidQuestion, Refused 404 (a project out of reach), Refused 403 (a
    question about personal data)."""
    given: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise InvalidQuestion(name, "is given twice")
        if name in in_path:
            raise InvalidQuestion(name, "is in the path already")
        given[name] = value
    return await complete(request, kind, {**given, **in_path}, read, "query")


async def named(request: AnyRequest, given: dict[str, Any], where: str) -> tuple[Kind[Any, Any], ProjectQuestion]:
    """A question that says by name what kind it is, with its kind; `where` it stands in the request. Raises as
    `question_of`, and Refused 403 for a kind that is not open to the caller."""
    name = given.get("question")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        known = ", ".join(KINDS)
        raise InvalidQuestion("question", "is missing" if name is None else f"{name!r} is none of {known}"[:2_000])
    refuse_unless(rule_of_question(kind.name), caller_of(request), f"{where}.question")
    fields = {key: value for key, value in given.items() if key != "question"}
    return kind, await complete(request, kind.question, fields, read_json, where)


async def body_of(request: AnyRequest) -> dict[str, Any]:
    """The body, which must be a JSON object. Raises Refused 400."""
    try:
        return msgspec.json.decode(await request.body(), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        text = str(problem).partition(" - at `$")[0]
        raise Refused(HTTPStatus.BAD_REQUEST, "invalid_request", text, "body") from None


async def complete(
    request: AnyRequest,
    kind: type[Q],
    given: dict[str, Any],
    reading: Callable[[type[Q], Mapping[str, Any]], Q],
    where: str,
) -> Q:
    """A question out of what a request says and what it leaves out. `where`: what the question stands in (`query`,
    `body`). Raises as `question_of`."""
    rooms, masker = rooms_of(request), await masker_of(request)
    project_id = given.get("project")
    if not isinstance(project_id, str):
        raise InvalidQuestion("project", "is missing" if project_id is None else "is not text")
    project = await _project(request, project_id, f"{where}.project")
    defaults = {"tz": project.timezone}
    if any(field == "goal" for field in kind.__struct_fields__):
        defaults["goal"] = project.default_goal
    if issubclass(kind, CombinedQuestion) and isinstance(series := given.get("series"), list):
        goal = {"goal": project.default_goal}
        given = {**given, "series": [{**goal, **each} if isinstance(each, dict) else each for each in series]}
    if masker is not None and given.get("cursor"):
        given = {**given, "cursor": _opened(masker, given["cursor"])}
    question = reading(kind, {**defaults, **given})
    if masker is not None:
        refuse_personal(question, where)
    return with_range(question, rooms.clock()) if isinstance(question, Question) else question


async def masker_of(request: AnyRequest) -> Masker | None:
    """What hides personal data from this caller; None for who may see it."""
    caller, rooms = caller_of(request), rooms_of(request)
    if caller.sees_personal_data:
        return None
    return await rooms.masker(caller.tenant_id)


async def _project(request: AnyRequest, project_id: str, path: str) -> ProjectAccess:
    """As `project_of`, looked up once for all questions of a request."""
    found: dict[str, ProjectAccess] = request.scope.setdefault(_PROJECTS, {})  # type: ignore[misc]
    if project_id not in found:
        found[project_id] = await project_of(rooms_of(request), caller_of(request), project_id, path)
    return found[project_id]


def meant(reader: Reader, question: Q, masker: Masker | None) -> Q:
    """The question as it is asked for the caller whom `masker` hides from. Raises what the warehouse raises."""
    return question if masker is None else with_real_values(masker, reader, question)


def shown(reader: Reader, question: ProjectQuestion, answer: A, masker: Masker | None) -> A:
    """The answer as the caller may see it; `question` as that caller asked it. Raises what the warehouse raises."""
    return answer if masker is None else Hiding(masker, reader, question).hide(answer)


def _opened(masker: Masker, cursor: Any) -> str:
    opened = masker.seal.open(cursor) if isinstance(cursor, str) else None
    if opened is None:
        raise InvalidQuestion("cursor", "is not a cursor of this list")
    return opened


def _answered(reader: Reader, kind: Kind[Q, A], question: Q, now_ms: int, masker: Masker | None) -> A:
    answer = kind.answer(reader, meant(reader, question, masker), now_ms)
    return shown(reader, question, answer, masker)
