"""Several questions in one request: each is read, permitted, asked and hidden as it would be alone, and fails alone."""

import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from litestar import Request

from hatua.analytics.errors import InvalidQuestion
from hatua.analytics.kinds import Kind
from hatua.analytics.question import ProjectQuestion
from hatua.analytics.reader import Reader
from hatua.analytics.together import FACTS, answers
from hatua.base.errors import HatuaError
from hatua.dashboard_api.access import caller_of
from hatua.dashboard_api.errors import Problem, told
from hatua.dashboard_api.masking import Masker
from hatua.dashboard_api.questions import body_of, masker_of, meant, named, shown
from hatua.dashboard_api.rooms import rooms_of

AnyRequest = Request[Any, Any, Any]
Asked = tuple[Kind[Any, Any], ProjectQuestion]
T = TypeVar("T")

log = logging.getLogger("hatua.dashboard_api")

MAX_QUESTIONS = 50
"""Four times what a page asks."""


class Answered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of `answer`, as the question's own address gives it with status 200, and `error`, with the status of the
    question alone; its path begins with `body.questions[3]`."""

    status: int
    answer: dict[str, Any] | None = None
    error: Problem | None = None


class BatchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """In the order asked."""

    answers: list[Answered]


async def answer_batch(request: AnyRequest) -> BatchAnswer:
    """The answers to the questions in the body, all in one thread of the desk. Raises InvalidQuestion and Refused for a
    body that is no batch, RateLimited (every question counts as a request), and what befalls all of them: ClientGone,
    TooManyRequests."""
    rooms, given = rooms_of(request), _questions(await body_of(request))
    rooms.rates.take(caller_of(request).account, len(given) - 1)  # the guard has counted one
    asked = [await _read(request, each, _place(index)) for index, each in enumerate(given)]
    found: Sequence[Asked | msgspec.Struct | Exception] = asked
    good = sum(not isinstance(each, Exception) for each in asked)
    if good:
        masker = await masker_of(request)
        async with rooms.askings.opened(good) as asking:
            found = await rooms.askings.answer(request.receive, asking, _answered, asked, rooms.clock(), masker)
    return BatchAnswer(answers=[_answer(each, _place(index)) for index, each in enumerate(found)])


def _questions(body: dict[str, Any]) -> list[Any]:
    questions = body.pop("questions", None)
    if body:
        raise InvalidQuestion("", f"object contains unknown field {next(iter(body))!r}"[:200])
    if not isinstance(questions, list):
        raise InvalidQuestion("questions", "is missing" if questions is None else "is not a list")
    if not 1 <= len(questions) <= MAX_QUESTIONS:
        raise InvalidQuestion("questions", f"holds {len(questions)} questions; 1 to {MAX_QUESTIONS} are taken")
    return questions


def _place(index: int) -> str:
    return f"body.questions[{index}]"


async def _read(request: AnyRequest, given: Any, where: str) -> Asked | Exception:
    try:
        if not isinstance(given, dict):
            raise InvalidQuestion("", "is not an object")
        return await named(request, given, where)
    except (HatuaError, RecursionError) as problem:
        return problem


def _answered(
    reader: Reader, asked: Sequence[Asked | Exception], now_ms: int, masker: Masker | None
) -> list[Asked | msgspec.Struct | Exception]:
    """As `asked`, every question replaced by its answer or by why there is none."""
    found: list[Any] = list(asked)
    for index, each in enumerate(asked):
        if not isinstance(each, Exception):
            kind, question = each
            real = _or_fact(meant, reader, question, masker)
            found[index] = real if isinstance(real, Exception) else (kind, real)
    places = [index for index, each in enumerate(found) if not isinstance(each, Exception)]
    for index, answer in zip(places, answers(reader, [found[place] for place in places], now_ms), strict=True):
        _, question = asked[index]  # type: ignore[misc]
        found[index] = answer if isinstance(answer, Exception) else _or_fact(shown, reader, question, answer, masker)
    return found


def _or_fact(call: Callable[..., T], *arguments: Any) -> T | Exception:
    try:
        return call(*arguments)
    except FACTS as fact:
        return fact


def _answer(found: Asked | msgspec.Struct | Exception, where: str) -> Answered:
    """Raises what is a fault of ours."""
    if isinstance(found, Exception):
        status, problem = told(found, where)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            raise found
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            log.warning("%s: %s", where, found)
        return Answered(status=status, error=problem)
    return Answered(status=HTTPStatus.OK, answer=msgspec.to_builtins(found))
