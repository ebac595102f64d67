"""The session cookie: out of reach of scripts, not sent by other sites' pages, TLS only where there is TLS."""

from litestar.datastructures import Cookie
from litestar.types import Scope

from hatua.dashboard_api.access import SESSION_COOKIE, Connection
from hatua.registry.model import NewSession
from hatua.registry.sessions import SESSION_MS


def session_cookie(connection: Connection, session: NewSession) -> Cookie:
    """Lives as long as the session."""
    return _cookie(connection, session.token, SESSION_MS // 1000)


def no_cookie(connection: Connection) -> Cookie:
    """Makes the browser forget."""
    return _cookie(connection, "", 0)


def _cookie(connection: Connection, value: str, max_age: int) -> Cookie:
    return Cookie(
        key=SESSION_COOKIE,
        value=value,
        max_age=max_age,
        path="/",
        httponly=True,
        samesite="lax",
        secure=by_tls(connection.scope),
    )


def by_tls(scope: Scope) -> bool:
    """Whether the browser came here over TLS, as far as anybody says."""
    # The header may be forged, but only into a stricter answer for the forger's own browser.
    sent = next((value for name, value in scope["headers"] if name == b"x-forwarded-proto"), b"")
    forwarded = sent.partition(b",")[0].strip().lower()
    return b"https" in (str(scope["scheme"]).encode(), forwarded)
