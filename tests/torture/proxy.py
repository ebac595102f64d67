"""A TCP proxy between a process and its store, that can take the store away, stall it, or lose its answers."""

import asyncio
import contextlib
import threading
from typing import Literal

Mode = Literal["pass", "cut", "stall", "lose"]
"""cut: connections are closed, new ones too, as if nobody listened; stall: bytes wait, nothing is said; lose: what is
asked is done, but the answer never comes and the connection ends."""


class Proxy:
    """Listens on a free port of 127.0.0.1 for `target`; runs in a thread of its own."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._mode: Mode = "pass"
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._moving = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="torture-proxy", daemon=True)
        self._thread.start()
        self._ready.wait()

    def set(self, mode: Mode) -> None:
        """From any thread; returns when it is so."""
        asyncio.run_coroutine_threadsafe(self._set(mode), self._loop).result()

    def close(self) -> None:
        """Ends the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._moving.set()
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._drop_all()
        self._loop.run_until_complete(asyncio.sleep(0))

    async def _set(self, mode: Mode) -> None:
        self._mode = mode
        if mode == "stall":
            self._moving.clear()
        else:
            self._moving.set()
        if mode == "cut":
            self._drop_all()

    def _drop_all(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self._mode == "cut":
                return
            try:
                from_store, to_store = await asyncio.open_connection("127.0.0.1", self._target)
            except OSError:
                return
            self._open.add(to_store)
            try:
                there = asyncio.create_task(self._pass(reader, to_store, answers=False))
                back = asyncio.create_task(self._pass(from_store, writer, answers=True))
                _, pending = await asyncio.wait([there, back], return_when=asyncio.FIRST_COMPLETED)
                for task in pending:
                    task.cancel()
            finally:
                self._open.discard(to_store)
                to_store.transport.abort()
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(262_144):
                await self._moving.wait()
                if answers and self._mode == "lose":
                    return
                sink.write(data)
                await sink.drain()
