"""One table: which fact becomes which status and code. Everything that goes wrong leaves in one JSON shape."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from hatua.analytics.errors import InvalidQuestion, NotFound
from hatua.base.errors import HatuaError, Unavailable
from hatua.privacy.shapes import AmbiguousPerson, DeletionIncomplete, ErasureIncomplete, InvalidId
from hatua.registry.errors import (
    AlreadyExists,
    BelongsElsewhere,
    InvalidField,
    InvalidLink,
    InvalidSetupToken,
    LastAdmin,
    SealedOtherwise,
    SecondFactorNeeded,
    SecondFactorOn,
    SetupAlreadyDone,
    SignInDelayed,
    UnknownRecord,
    WrongCode,
    WrongCredentials,
)
from hatua.warehouse.errors import QueryCancelled, QueryTooHeavy, SchemaMissing

log = logging.getLogger("hatua.dashboard_api")


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`code` is stable and for programs, `message` for people. `path`: the part of the request that is wrong
    (`query.filters[0].operator`, `body.timezone`). `details`: of `ambiguous_person`, the user ids to choose from."""

    code: str
    message: str
    path: str | None = None
    details: list[str] | None = None


class ErrorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every answer that is not a success."""

    error: Problem


class Refused(HatuaError):
    """A request that this API refuses by itself, with its status and code."""

    def __init__(self, status: HTTPStatus, code: str, message: str, path: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.path = path


class NotSignedIn(HatuaError):
    """No live session and no valid API key came with the request."""


class RateLimited(HatuaError):
    """This account, or this address, has asked too often; the next request is taken after `retry_after_s`."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many requests; try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class ClientGone(HatuaError):
    """Who asked has closed the connection: nobody reads the answer."""


class TooManyRequests(Unavailable):
    """As many questions or streams are under way as this process takes at once."""


Row = tuple[type[Exception], HTTPStatus, str, Callable[[Any, str], str | None]]


def _nowhere(_fact: Exception, _source: str) -> None:
    return None


def _in_question(fact: InvalidQuestion, source: str) -> str:
    return f"{source}.{fact.path}" if fact.path else source


def _in_body(fact: InvalidField, _source: str) -> str:
    return f"body.{fact.field}"


# The first row whose type fits decides, so a special fact stands above its general one.
TABLE: tuple[Row, ...] = (
    (InvalidQuestion, HTTPStatus.BAD_REQUEST, "invalid_question", _in_question),
    (NotFound, HTTPStatus.NOT_FOUND, "not_found", _nowhere),
    (ClientGone, HTTPStatus.REQUEST_TIMEOUT, "client_gone", _nowhere),
    (QueryTooHeavy, HTTPStatus.UNPROCESSABLE_ENTITY, "query_too_heavy", _nowhere),
    (QueryCancelled, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", _nowhere),
    (SchemaMissing, HTTPStatus.SERVICE_UNAVAILABLE, "not_migrated", _nowhere),
    (AlreadyExists, HTTPStatus.CONFLICT, "already_exists", _in_body),
    (InvalidField, HTTPStatus.BAD_REQUEST, "invalid_field", _in_body),
    (UnknownRecord, HTTPStatus.NOT_FOUND, "not_found", _nowhere),
    (InvalidSetupToken, HTTPStatus.FORBIDDEN, "invalid_setup_token", lambda _, __: "body.setup_token"),
    (SetupAlreadyDone, HTTPStatus.CONFLICT, "setup_done", _nowhere),
    (WrongCredentials, HTTPStatus.UNAUTHORIZED, "wrong_credentials", _nowhere),
    (SecondFactorNeeded, HTTPStatus.UNAUTHORIZED, "second_factor_needed", lambda _, __: "body.code"),
    (WrongCode, HTTPStatus.UNAUTHORIZED, "wrong_code", lambda _, __: "body.code"),
    (SealedOtherwise, HTTPStatus.SERVICE_UNAVAILABLE, "other_secret", _nowhere),
    (SecondFactorOn, HTTPStatus.CONFLICT, "second_factor", _nowhere),
    (InvalidLink, HTTPStatus.FORBIDDEN, "invalid_link", lambda _, __: "body.token"),
    (LastAdmin, HTTPStatus.CONFLICT, "last_admin", _nowhere),
    (BelongsElsewhere, HTTPStatus.CONFLICT, "belongs_elsewhere", _nowhere),
    (RateLimited, HTTPStatus.TOO_MANY_REQUESTS, "rate_limited", _nowhere),
    (SignInDelayed, HTTPStatus.TOO_MANY_REQUESTS, "sign_in_delayed", _nowhere),
    (NotSignedIn, HTTPStatus.UNAUTHORIZED, "not_signed_in", _nowhere),
    (AmbiguousPerson, HTTPStatus.CONFLICT, "ambiguous_person", _nowhere),
    (InvalidId, HTTPStatus.BAD_REQUEST, "invalid_id", _nowhere),
    (DeletionIncomplete, HTTPStatus.CONFLICT, "deletion_incomplete", _nowhere),
    (ErasureIncomplete, HTTPStatus.CONFLICT, "erasure_incomplete", _nowhere),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", _nowhere),
)

_HTTP_CODES = {
    HTTPStatus.BAD_REQUEST: "invalid_request",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body_too_large",
}


def answer_error(request: Request[Any, Any, Any], problem: Exception) -> Response[ErrorAnswer]:
    """Any exception as an answer. What is not in the table is ours to mend: logged in full, told in one line."""
    status, words = told(problem, "query" if request.method in ("GET", "HEAD") else "body")
    headers: dict[str, str] = {}
    if isinstance(problem, HTTPException) and problem.headers and "allow" in problem.headers:
        headers["Allow"] = problem.headers["allow"]
    if isinstance(problem, SignInDelayed | RateLimited | Unavailable):
        headers["Retry-After"] = str(problem.retry_after_s)
    if isinstance(problem, NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        log.warning("%s %s: %s", request.method, request.url.path, problem)
    elif status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s %s failed", request.method, request.url.path, exc_info=problem)
    return Response(ErrorAnswer(error=words), status_code=status, headers=headers, media_type="application/json")


def told(problem: Exception, source: str) -> tuple[HTTPStatus, Problem]:
    """What is said of any exception; 500 where it is a fault of ours. `source`: what the question stands in (`query`,
    `body`, `body.questions[3]`)."""
    if isinstance(problem, Refused):
        return problem.status, Problem(code=problem.code, message=str(problem), path=problem.path)
    for kind, status, code, path in TABLE:
        if isinstance(problem, kind):
            text = _in_words(problem)
            if status == HTTPStatus.SERVICE_UNAVAILABLE and not isinstance(problem, TooManyRequests):
                text = _unavailable(code)
            choices = problem.people if isinstance(problem, AmbiguousPerson) else None
            return status, Problem(code=code, message=text, path=path(problem, source), details=choices)
    if isinstance(problem, RecursionError):  # of the JSON decoder: nothing else of ours recurses
        return HTTPStatus.BAD_REQUEST, Problem(code="invalid_request", message="The body is nested too deeply.")
    if isinstance(problem, HTTPException) and problem.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return _of_framework(problem)
    return HTTPStatus.INTERNAL_SERVER_ERROR, Problem(
        code="internal", message="This is a fault of ours. It was logged; nothing was changed."
    )


def _in_words(problem: Exception) -> str:
    match problem:
        case InvalidQuestion():
            return problem.message
        case NotFound():
            return f"There is no such {problem.kind}."
        case QueryTooHeavy():
            return "The question is over its limit of time, memory or size: ask for a shorter range or for less of it."
    return str(problem)


def _unavailable(code: str) -> str:
    if code == "not_migrated":
        return "The warehouse has no tables yet; run `hatua migrate`."
    if code == "other_secret":
        return "Codes of your app cannot be checked since the server's secret was changed; a recovery code still works."
    return "The data cannot be read right now; try again in a few seconds."


def _of_framework(problem: HTTPException) -> tuple[HTTPStatus, Problem]:
    status = HTTPStatus(problem.status_code)
    code = _HTTP_CODES.get(status, "refused")
    if status == HTTPStatus.NOT_FOUND:
        return status, Problem(code=code, message="There is nothing at this address.")
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return status, Problem(code=code, message="This address does not take this method.")
    path, message = None, problem.detail
    if isinstance(problem.extra, list) and problem.extra and isinstance(problem.extra[0], dict):
        first = problem.extra[0]
        message = str(first.get("message", message))
        source, key = str(first.get("source", "body")), str(first.get("key", ""))
        path = f"{source}.{key}" if key and key != "data" else source
    return status, Problem(code=code, message=message, path=path)
