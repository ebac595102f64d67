"""GET answers that a browser may keep for a moment and then ask about: ETag, If-None-Match, a short private life.

`after_request` of a route says so; `not_modified`, before anything is sent, answers 304. The tag is of the answer
before it is compressed, so that it is the same however it travels.
"""

import hashlib
from typing import Any

import msgspec
from litestar import Response
from litestar.types import Message, Scope

_UNMODIFIED = "hatua.unmodified"
_OF_THE_BODY = frozenset((b"content-length", b"content-type", b"content-encoding"))


class Kept:
    """For a successful answer: `max_age_s`, how long it may be shown without asking again; 0, and it is asked about
    every time. Never kept by anything between us and the one who asked."""

    def __init__(self, max_age_s: int) -> None:
        self._life = f"max-age={max_age_s}" if max_age_s else "no-cache"

    async def __call__(self, response: Response[Any]) -> Response[Any]:
        """Tags the answer; litestar calls this after the handler."""
        body = msgspec.json.encode(response.content)
        response.content = body
        response.headers["ETag"] = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        response.headers["Cache-Control"] = f"private, {self._life}"
        response.headers["Vary"] = "Authorization, Cookie"
        return response


async def not_modified(message: Message, scope: Scope) -> None:
    """Turns an answer that the client has already into 304, without its body."""
    if message["type"] == "http.response.start":
        tag = next((value for name, value in message["headers"] if name.lower() == b"etag"), None)
        if tag is not None and message["status"] == 200 and tag in _known(scope):
            message["status"] = 304
            message["headers"] = [pair for pair in message["headers"] if pair[0].lower() not in _OF_THE_BODY]
            scope[_UNMODIFIED] = True  # type: ignore[literal-required]
    elif message["type"] == "http.response.body" and scope.get(_UNMODIFIED):
        message["body"] = b""


def _known(scope: Scope) -> set[bytes]:
    sent = b",".join(value for name, value in scope["headers"] if name.lower() == b"if-none-match")
    return {each.strip() for each in sent.split(b",")}


BRIEFLY = Kept(5)
"""For questions: someone who goes back to a panel sees it at once."""

FOR_A_WHILE = Kept(300)
"""For what changes with the program only."""

ALWAYS_ASKED = Kept(0)
"""For what is about now."""
