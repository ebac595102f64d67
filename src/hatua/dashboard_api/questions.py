"""From a query string to a question: strict, with the project's own time zone and goal where none is given."""

from http import HTTPStatus
from typing import Any, TypeVar

from litestar import Request

from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.question import ProjectQuestion, read
from hatua.dashboard_api.access import caller_of, project_of
from hatua.dashboard_api.errors import Refused
from hatua.dashboard_api.masking import Masker, personal_dimension
from hatua.dashboard_api.rooms import rooms_of

Q = TypeVar("Q", bound=ProjectQuestion)


async def question_of(request: Request[Any, Any, Any], kind: type[Q]) -> Q:
    """Raises InvalidQuestion, Refused 404 (a project out of reach), Refused 403 (a question about personal data)."""
    given: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise InvalidQuestion(name, "is given twice")
        given[name] = value
    caller = caller_of(request)
    if "project" not in given:
        raise InvalidQuestion("project", "is missing")
    project = await project_of(rooms_of(request), caller, given["project"], "query.project")
    given.setdefault("tz", project.timezone)
    if any(field == "goal" for field in kind.__struct_fields__):
        given.setdefault("goal", project.default_goal)
    question = read(kind, given)
    if not caller.sees_personal_data:
        _refuse_personal(question)
    return question


async def masker_of(request: Request[Any, Any, Any]) -> Masker | None:
    """What hides personal data from this caller; None for who may see it."""
    caller, rooms = caller_of(request), rooms_of(request)
    if caller.sees_personal_data:
        return None
    return await rooms.masker(caller.tenant_id)


def _refuse_personal(question: ProjectQuestion) -> None:
    asked = [(f"query.filters[{index}].dimension", each.dimension) for index, each in enumerate(question.filters)]
    asked.append(("query.dimension", getattr(question, "dimension", "")))
    for path, dimension in asked:
        if personal_dimension(dimension):
            raise Refused(HTTPStatus.FORBIDDEN, "personal_data", f"{dimension} holds personal data.", path)
