"""An endless answer over ASGI that lets go as soon as the other side does."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable

from litestar.types import Receive, Scope, Send


class EventStream:
    """An ASGI app that sends one generator's bytes as `text/event-stream`. `on_end` runs exactly once, whoever ends it:
    the generator, the client, or the server."""

    def __init__(self, chunks: AsyncGenerator[bytes, None], on_end: Callable[[], None]) -> None:
        self._chunks = chunks
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        writing = asyncio.create_task(self._write(send))
        gone = asyncio.create_task(_until_gone(receive))
        try:
            await asyncio.wait((writing, gone), return_when=asyncio.FIRST_COMPLETED)
            if writing.done():
                writing.result()
        finally:
            self._on_end()
            for task in (writing, gone):
                task.cancel()
            await asyncio.gather(writing, gone, return_exceptions=True)
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


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
