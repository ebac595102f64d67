"""An endless answer over ASGI that lets go as soon as the other side does."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable

from litestar.types import Receive, Scope, Send

GRACE_S = 1.0
"""Time to send what is left once a stream is to end. A client that does not read holds `send` up for ever."""


class EventStream:
    """An ASGI app that sends one generator's bytes as `text/event-stream`, until the generator ends, the client goes
    away, or `ended` is set and the grace is over. `on_end` runs exactly once."""

    def __init__(self, chunks: AsyncGenerator[bytes, None], ended: asyncio.Event, on_end: Callable[[], None]) -> None:
        self._chunks = chunks
        self._ended = ended
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        writing = asyncio.create_task(self._write(send))
        gone = asyncio.create_task(until_gone(receive))
        ended = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait((writing, gone, ended), return_when=asyncio.FIRST_COMPLETED)
            if ended.done() and not gone.done():
                await asyncio.wait((writing, gone), timeout=GRACE_S, return_when=asyncio.FIRST_COMPLETED)
            if writing.done():
                writing.result()
        finally:
            self._on_end()
            for task in (writing, gone, ended):
                task.cancel()
            await asyncio.gather(writing, gone, ended, return_exceptions=True)
            with contextlib.suppress(RuntimeError):
                await self._chunks.aclose()

    async def _write(self, send: Send) -> None:
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),  # nginx would hold events back
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async for chunk in self._chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def until_gone(receive: Receive) -> None:
    """Returns when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
