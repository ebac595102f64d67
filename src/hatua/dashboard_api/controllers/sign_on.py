"""Single sign-on: out to the provider and back. Everything that must match on the way back is derived from one random
cookie, so nothing is stored and any API process can finish what another began."""

import base64
import binascii
import hashlib
import hmac
import logging
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.datastructures import Cookie
from litestar.response import Redirect

from hatua.dashboard_api.cookies import by_tls, session_cookie
from hatua.dashboard_api.provider import Provider, SignOnFailed
from hatua.dashboard_api.rooms import rooms_of
from hatua.registry.errors import InvalidField, NotInvited
from hatua.registry.tokens import new_token

log = logging.getLogger("hatua.dashboard_api")
AnyRequest = Request[Any, Any, Any]

COOKIE = "hatua_sign_on"
MAX_AGE_S = 600
"""Time to sign in at the provider."""

MAX_DESTINATION = 1_000


@get("/auth/sso", include_in_schema=False)
async def leave(request: AnyRequest) -> Response[Any]:
    """Sends the browser to the provider. `?next=`: the page to open afterwards."""
    rooms = rooms_of(request)
    provider = rooms.doors.provider
    if provider is None:
        return _back("unavailable")
    rooms.rates.take_stranger(rooms.client_address(request.scope))
    secret = new_token()
    try:
        url = await rooms.in_thread(
            provider.authorization_url,
            state=_derived("state", secret),
            nonce=_derived("nonce", secret),
            verifier=_derived("verifier", secret),
        )
    except SignOnFailed as fact:
        return _back(fact.reason)
    kept = (
        base64.urlsafe_b64encode(safe_destination(request.query_params.get("next", "")).encode()).decode().rstrip("=")
    )
    return Redirect(url, status_code=302, cookies=[_cookie(request, f"{secret}.{kept}", MAX_AGE_S)])


@get("/auth/sso/callback", include_in_schema=False)
async def come_back(request: AnyRequest) -> Response[Any]:
    """Where the provider sends the browser back to, with `code` and `state`, or `error`."""
    rooms, sent = rooms_of(request), request.query_params
    code, state = sent.get("code", ""), sent.get("state", "")
    provider = rooms.doors.provider
    secret, _, kept = request.cookies.get(COOKIE, "").partition(".")
    expected = _derived("state", secret)
    if provider is None or not secret or not hmac.compare_digest(state.encode(), expected.encode()):
        return _back("expired")
    if "error" in sent or not code:
        return _back("refused", forget=_cookie(request, "", 0))
    return await _finish(request, provider, code, secret, _destination(kept))


async def _finish(request: AnyRequest, provider: Provider, code: str, secret: str, destination: str) -> Response[Any]:
    rooms = rooms_of(request)
    forget = _cookie(request, "", 0)
    try:
        identity = await rooms.in_thread(
            provider.identify, code, nonce=_derived("nonce", secret), verifier=_derived("verifier", secret)
        )
        session = await rooms.in_thread(
            rooms.registry.sign_on,
            identity.issuer,
            identity.subject,
            email=identity.email,
            name=identity.name,
            welcome=provider.welcome,
            address=rooms.client_address(request.scope),
            agent=request.headers.get("user-agent", ""),
        )
    except SignOnFailed as fact:
        return _back(fact.reason, forget=forget)
    except (NotInvited, InvalidField):
        return _back("not_invited", forget=forget)
    return Redirect(destination, status_code=302, cookies=[session_cookie(request, session), forget])


def safe_destination(path: str) -> str:
    """A path of this dashboard; `/` for anything that could lead elsewhere."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and path.isascii()
    return path if inside and len(path) <= MAX_DESTINATION and "\\" not in path else "/"


def _destination(kept: str) -> str:
    try:
        return safe_destination(base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4)).decode())
    except (binascii.Error, ValueError):
        return "/"


def _derived(what: str, secret: str) -> str:
    return hashlib.sha256(f"hatua {what}:{secret}".encode()).hexdigest()


def _back(reason: str, forget: Cookie | None = None) -> Response[Any]:
    """To the sign-in page, which knows the words for each reason."""
    return Redirect(f"/sign-in/?sso={quote(reason)}", status_code=302, cookies=[forget] if forget else None)


def _cookie(request: AnyRequest, value: str, max_age: int) -> Cookie:
    # Lax: it must come along when the provider sends the browser back here.
    return Cookie(
        key=COOKIE,
        value=value,
        max_age=max_age,
        path="/auth/sso",
        httponly=True,
        samesite="lax",
        secure=by_tls(request.scope),
    )
