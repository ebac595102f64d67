"""Questions are answered in a few threads, with a bounded queue: a slow warehouse never stops the server."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from hatua.dashboard_api.errors import TooManyRequests

T = TypeVar("T")


class Desk:
    """`threads` questions at once, `queue` waiting. Used from one event loop."""

    def __init__(self, threads: int, queue: int) -> None:
        self._most = threads + queue
        self._under_way = 0
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="hatua-question")

    async def ask(self, answer: Callable[..., T], *args: Any) -> T:
        """Runs `answer(*args)` in a thread. Raises TooManyRequests at once when the queue is full.

        Who goes away while waiting frees the place; a question under way runs to its own time limit."""
        if self._under_way >= self._most:
            raise TooManyRequests(f"{self._under_way} questions are under way; try again in a few seconds")
        loop = asyncio.get_running_loop()
        self._under_way += 1
        running = self._pool.submit(answer, *args)
        running.add_done_callback(lambda _: _on_loop(loop, self._left))
        return await asyncio.wrap_future(running)

    def close(self) -> None:
        """Takes no more questions; those waiting are dropped, those under way end by themselves."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _left(self) -> None:
        self._under_way -= 1


def _on_loop(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody counts any more
        loop.call_soon_threadsafe(call)
