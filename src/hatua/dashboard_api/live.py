"""Events as they become visible, to everybody who watches: one look at the warehouse per project, however many watch.

A listener first gets what came after the place where its last stream broke, then what the project's channel finds. It
is subscribed before it catches up, and what it caught up with is left out of what the channel says, so nothing is
missed and nothing comes twice.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec

from hatua.analytics.event import Event
from hatua.analytics.live import LiveEvent, LiveFeed
from hatua.analytics.reader import Reader
from hatua.base.clock import Clock
from hatua.base.errors import HatuaError
from hatua.dashboard_api.errors import TooManyRequests
from hatua.dashboard_api.settings import DashboardApiSettings

log = logging.getLogger("hatua.dashboard_api.live")

T = TypeVar("T")
Shown = Callable[[Event], Event]
"""An event as one listener may see it (unchanged, or masked)."""

RECHECK_MS = 60_000
"""How long a stream may outlive the session or key that opened it."""

_encode = msgspec.json.Encoder().encode


class Listener:
    """One open stream. `waiting` holds batches; None ends the stream."""

    def __init__(self, most_events: int) -> None:
        self.waiting: asyncio.Queue[list[LiveEvent] | None] = asyncio.Queue()
        self._held = 0
        self._most = most_events
        self._ended = False

    def offer(self, batch: list[LiveEvent]) -> None:
        """Never blocks. A listener at its bound is ended instead; it resumes where it broke, by its last event id."""
        if self._ended:
            return
        if self._held + len(batch) > self._most:
            self.end()
            return
        self._held += len(batch)
        self.waiting.put_nowait(batch)

    def took(self, batch: list[LiveEvent]) -> None:
        """The batch left the buffer."""
        self._held -= len(batch)

    def end(self) -> None:
        """The stream ends after what it already holds."""
        if not self._ended:
            self._ended = True
            self.waiting.put_nowait(None)


class LiveHub:
    """Channels by project, alive while somebody listens. Everything but the looks runs on one event loop."""

    def __init__(self, reader: Reader, clock: Clock, settings: DashboardApiSettings) -> None:
        self._reader = reader
        self._clock = clock
        self._settings = settings
        self._channels: dict[str, tuple[set[Listener], asyncio.Task[None]]] = {}
        # Own threads: a page full of heavy questions must not hold the live stream up.
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="hatua-live")
        self._closed = False

    @property
    def listeners(self) -> int:
        """Streams open now."""
        return sum(len(listeners) for listeners, _ in self._channels.values())

    def subscribe(self, project: str) -> Listener:
        """Joins the project's channel. Raises TooManyRequests. Whoever subscribes must `leave`."""
        if self._closed or self.listeners >= self._settings.live_listeners:
            raise TooManyRequests(f"{self.listeners} live streams are open; try again later")
        listener = Listener(self._settings.live_buffer)
        if project not in self._channels:
            listeners: set[Listener] = set()
            feed = LiveFeed(self._reader, project, self._clock())
            task = asyncio.get_running_loop().create_task(self._look(project, feed, listeners))
            self._channels[project] = (listeners, task)
        self._channels[project][0].add(listener)
        return listener

    def leave(self, project: str, listener: Listener) -> None:
        """The last one to leave ends the channel. Leaving twice is fine."""
        if project not in self._channels:
            return
        listeners, task = self._channels[project]
        listeners.discard(listener)
        if not listeners:
            task.cancel()
            del self._channels[project]

    async def catch_up(self, project: str, cursor: str) -> list[LiveEvent]:
        """What became visible after a cursor. Raises InvalidQuestion for one we never gave out."""
        feed = LiveFeed(self._reader, project, self._clock(), cursor)
        return await self._in_thread(feed.poll, self._clock())

    async def stream(
        self,
        listener: Listener,
        missed: list[LiveEvent],
        shown: Shown,
        still_allowed: Callable[[], Awaitable[bool]],
    ) -> AsyncGenerator[bytes, None]:
        """The listener's events as server-sent events: first those missed, then those that come, comments in silence.
        Ends when the hub closes, the listener is too slow, or its access has ended."""
        yield b"retry: 2000\n: connected\n\n"
        caught_up = {each.event.event_id for each in missed}
        if missed:
            yield _frames(missed, shown)
        loop = asyncio.get_running_loop()
        recheck_at = loop.time() + RECHECK_MS / 1000
        while True:
            try:
                batch = await asyncio.wait_for(listener.waiting.get(), self._settings.live_keep_alive_ms / 1000)
            except TimeoutError:
                batch = []
                yield b": keep-alive\n\n"
            if batch is None:
                return
            if batch:
                listener.took(batch)
                fresh = [each for each in batch if each.event.event_id not in caught_up]
                if fresh:
                    yield _frames(fresh, shown)
            if loop.time() >= recheck_at:
                if not await still_allowed():
                    return
                recheck_at = loop.time() + RECHECK_MS / 1000

    async def close(self) -> None:
        """Ends every stream, at once and in order. No new ones."""
        self._closed = True
        channels = list(self._channels.values())
        for listeners, task in channels:
            task.cancel()
            for listener in listeners:
                listener.end()
        await asyncio.gather(*(task for _, task in channels), return_exceptions=True)
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _look(self, project: str, feed: LiveFeed, listeners: set[Listener]) -> None:
        failing = False
        while True:
            await asyncio.sleep(self._settings.live_poll_ms / 1000)
            try:
                fresh = await self._in_thread(feed.poll, self._clock())
            except HatuaError as problem:
                # Said once: the same fact every 0.7 s helps nobody. Nothing is lost, the feed goes on where it was.
                if not failing:
                    log.warning("project %s: the live stream cannot read: %s", project, problem)
                failing = True
                continue
            if failing:
                log.info("project %s: the live stream reads again", project)
                failing = False
            if fresh:
                for listener in tuple(listeners):
                    listener.offer(fresh)

    async def _in_thread(self, call: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, call, *args)


def _frames(batch: list[LiveEvent], shown: Shown) -> bytes:
    return b"".join(
        b"id: %b\nevent: event\ndata: %b\n\n" % (each.cursor.encode(), _encode(shown(each.event))) for each in batch
    )
