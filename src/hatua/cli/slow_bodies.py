"""A request whose body does not arrive in time is answered 408 and let go, whichever room it was for."""

import asyncio
import contextlib
from collections.abc import MutableMapping
from typing import Any

from hatua.cli.router import AsgiApp, Receive, Scope, Send

BODY_TIMEOUT_S = 30.0
"""A body of the dashboard API is a few kilobytes; a connection that needs longer for it is no client."""

_BODY = b'{"error":{"code":"body_timeout","message":"The body of the request did not arrive within 30 s."}}'


class _TooSlow(Exception):
    """Unwinds the app that waits for the body."""


def with_body_timeout(app: AsgiApp, timeout_s: float = BODY_TIMEOUT_S) -> AsgiApp:
    """The app, with `timeout_s` for the whole of each body, counted from the first time that the app asks for it. What
    the app waits for after the body (a disconnect) is not bounded."""

    async def bounded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        state = _State(receive, send, timeout_s)
        with contextlib.suppress(_TooSlow):
            await app(scope, state.receive, state.send)
        if state.too_slow and not state.answered:
            headers = [
                (b"content-type", b"application/json"),
                (b"content-length", b"%d" % len(_BODY)),
                (b"connection", b"close"),
            ]
            await send({"type": "http.response.start", "status": 408, "headers": headers})
            await send({"type": "http.response.body", "body": _BODY})

    return bounded


class _State:
    """One request."""

    def __init__(self, receive: Receive, send: Send, timeout_s: float) -> None:
        self._receive = receive
        self._send = send
        self._timeout_s = timeout_s
        self._deadline = 0.0
        self._complete = False
        self.answered = False
        self.too_slow = False

    async def receive(self) -> MutableMapping[str, Any]:
        if self._complete:
            return await self._receive()
        loop = asyncio.get_running_loop()
        self._deadline = self._deadline or loop.time() + self._timeout_s
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            self.too_slow = True
            raise _TooSlow from None
        self._complete = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if self.too_slow and not self.answered:
            return  # what the app makes of the broken body; the 408 says it better
        self.answered = True
        await self._send(message)
