"""Questions are answered in a few threads, with a bounded queue: a slow warehouse never stops the server."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from hatua.dashboard_api.errors import TooManyRequests

T = TypeVar("T")

_STOPPING = "the server is stopping; try again in a few seconds"


class Desk:
    """`threads` questions at once, `queue` waiting, none for longer than `wait_ms`. Used from one event loop."""

    def __init__(self, threads: int, queue: int, wait_ms: int) -> None:
        self._most = threads + queue
        self._wait_s = wait_ms / 1000
        self._under_way = 0
        self._closed = False
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="hatua-question")

    async def ask(self, answer: Callable[..., T], *args: Any) -> T:
        """Runs `answer(*args)` in a thread. Raises TooManyRequests at once when the queue is full, and when its turn
        has not come in time.

        Who goes away while waiting frees the place; a question under way runs to its own end."""
        if self._closed:
            raise TooManyRequests(_STOPPING)
        if self._under_way >= self._most:
            raise TooManyRequests(f"{self._under_way} questions are under way; try again in a few seconds")
        loop = asyncio.get_running_loop()
        self._under_way += 1
        running = self._pool.submit(answer, *args)
        running.add_done_callback(lambda _: _on_loop(loop, self._left))
        answered = asyncio.wrap_future(running)
        try:
            async with asyncio.timeout(self._wait_s):
                await asyncio.shield(answered)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and not task.cancelling():  # it was the desk that let the question go
                raise TooManyRequests(_STOPPING) from None
            answered.cancel()
            raise
        except TimeoutError:
            if not answered.done() and running.cancel():
                raise TooManyRequests(
                    f"no turn within {self._wait_s:g} s behind {self._under_way} other questions; try again"
                ) from None
        return await answered

    def close(self) -> None:
        """Takes no more questions; those waiting are dropped, those under way end by themselves. Twice is fine."""
        self._closed = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _left(self) -> None:
        self._under_way -= 1


def _on_loop(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody counts any more
        loop.call_soon_threadsafe(call)
