"""The guard of every route: finds out who asks, looks the route up in the table, and demands proof of intent."""

import hmac
from http import HTTPStatus
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler

from hatua.dashboard_api.caller import Caller, caller_of_key, caller_of_session
from hatua.dashboard_api.errors import NotSignedIn, Refused
from hatua.dashboard_api.permissions import PERMISSIONS, Rule
from hatua.dashboard_api.rooms import Rooms, rooms_of
from hatua.registry.model import ProjectAccess, SessionAccess

SESSION_COOKIE = "hatua_session"
CSRF_HEADER = "x-hatua-csrf"
_CALLER = "hatua.caller"
_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))

Connection = ASGIConnection[Any, Any, Any, Any]


async def only_permitted(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Litestar guard of the whole application. Raises NotSignedIn, RateLimited, or Refused with 403."""
    method = connection.scope["method"]  # type: ignore[typeddict-item]
    if method == "OPTIONS":
        return  # answered with Allow only
    rule = PERMISSIONS.get((method, connection.scope["path_template"]))
    if rule is None:
        raise NotFoundException  # closed: as if the route did not exist
    if method not in _SAFE and connection.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise Refused(HTTPStatus.FORBIDDEN, "foreign_origin", "This request comes from a page of another site.")
    if method not in _SAFE:
        _refuse_other_bodies(connection)
    if rule.public:
        if method not in _SAFE:
            rooms = rooms_of(connection)
            rooms.rates.take_stranger(rooms.client_address(connection.scope))
        return
    caller = await identify(connection)
    if caller is None:
        raise NotSignedIn("Sign in, or send an API key as a Bearer token.")
    rooms_of(connection).rates.take(caller.account)
    refuse_unless(rule, caller)
    if method not in _SAFE and caller.way == "session":
        sent = connection.headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(sent.encode(), caller.csrf.encode()):
            raise Refused(HTTPStatus.FORBIDDEN, "csrf", "The header X-Hatua-Csrf is missing or not this session's.")
    connection.scope[_CALLER] = caller  # type: ignore[literal-required]


def refuse_unless(rule: Rule, caller: Caller, path: str | None = None) -> None:
    """Raises Refused 403 for a caller whom the rule does not let in. `path`: what in the request asks for it."""
    if not (caller.role in rule.roles or rule.scopes.intersection(caller.scopes)):
        who = f"the role {caller.role}" if caller.role else f"an API key with the scope {', '.join(caller.scopes)}"
        raise Refused(HTTPStatus.FORBIDDEN, "forbidden", f"This is not open to {who}.", path)


def _refuse_other_bodies(connection: Connection) -> None:
    """A body must say that it is JSON: then a browser asks us before it lets another site's page send one."""
    sends = connection.headers.get("content-length", "0") != "0" or "transfer-encoding" in connection.headers
    kind = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sends and kind != "application/json":
        raise Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_json", f"Content-Type is {kind!r}; application/json is taken."
        )


async def identify(connection: Connection) -> Caller | None:
    """Who is asking; None when nobody. A Bearer token decides alone: a bad one is not rescued by a cookie."""
    rooms = rooms_of(connection)
    authorization = connection.headers.get("authorization", "")
    if authorization:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = await rooms.in_thread(rooms.registry.api_key, token.strip())
        return caller_of_key(key, rooms.client_address(connection.scope)) if key else None
    token = connection.cookies.get(SESSION_COOKIE, "")
    if not token:
        return None
    access = await rooms.in_thread(rooms.registry.session, token)
    return caller_of_session(access, rooms.client_address(connection.scope)) if access else None


def caller_of(connection: Connection) -> Caller:
    """The caller that the guard let in."""
    caller: Caller = connection.scope[_CALLER]  # type: ignore[literal-required]
    return caller


def session_of_caller(connection: Connection) -> SessionAccess:
    """The session of a person that the guard let in, on routes that no API key may use."""
    session = caller_of(connection).session
    if session is None:
        raise NotSignedIn("This is for people who are signed in.")
    return session


async def project_of(rooms: Rooms, caller: Caller, project_id: str, path: str) -> ProjectAccess:
    """A project the caller reaches; Refused with 404 for any other, whether it exists or not. `path`: what named it."""
    found = await rooms.in_thread(rooms.registry.project, project_id)
    if (
        found is None
        or found.tenant_id != caller.tenant_id
        or (caller.project_id is not None and caller.project_id != found.project_id)
    ):
        raise Refused(HTTPStatus.NOT_FOUND, "not_found", "There is no such project.", path)
    return found
