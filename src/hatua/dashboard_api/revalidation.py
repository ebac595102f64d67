"""GET answers that a browser may keep for a moment and then ask about: ETag, If-None-Match, a short private life."""

import hashlib
from collections.abc import Sequence

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

Header = tuple[bytes, bytes]
_DROPPED = frozenset((b"content-length", b"content-type"))


class Revalidated(ASGIMiddleware):
    """Of a successful answer in one piece. `max_age_s`: how long it may be shown without asking again; 0, and it is
    asked about every time. Never kept by anything between us and the one who asked."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, max_age_s: int) -> None:
        fresh = f"max-age={max_age_s}" if max_age_s else "no-cache"
        self._headers: list[Header] = [
            (b"cache-control", f"private, {fresh}".encode()),
            (b"vary", b"Authorization, Cookie"),
        ]

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Holds the head of the answer back until its body is there."""
        known = _asked_about(scope)
        held: HTTPResponseStartEvent | None = None

        async def sending(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and message["status"] == 200:
                held = message
                return
            if held is None or message["type"] != "http.response.body":
                await send(message)
                return
            start, held = held, None
            if not message.get("more_body"):
                etag = f'W/"{hashlib.blake2b(message["body"], digest_size=12).hexdigest()}"'.encode()
                start["headers"] = [*start["headers"], *self._headers, (b"etag", etag)]
                if etag in known or b"*" in known:
                    start["status"] = 304
                    start["headers"] = [pair for pair in start["headers"] if pair[0].lower() not in _DROPPED]
                    message["body"] = b""
            await send(start)
            await send(message)

        await next_app(scope, receive, sending)


def _asked_about(scope: Scope) -> Sequence[bytes]:
    sent = b",".join(value for name, value in scope["headers"] if name.lower() == b"if-none-match")
    return [each.strip() for each in sent.split(b",") if each.strip()]


BRIEFLY = Revalidated(5)
"""For questions: someone who goes back to a panel sees it at once."""

FOR_A_WHILE = Revalidated(300)
"""For what changes with the program only."""

ALWAYS_ASKED = Revalidated(0)
"""For what is about now."""
