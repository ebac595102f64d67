"""Events as they become visible, to everybody who watches: one look at the warehouse per project, however many watch.

A listener first gets what came after the place where its last stream broke, then what the project's channel finds. It
is subscribed before it catches up, and what it caught up with is left out of what the channel says, so nothing is
missed and nothing comes twice.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import msgspec

from hatua.analytics.live import LiveEvent, LiveFeed
from hatua.analytics.reader import Reader
from hatua.base.clock import Clock
from hatua.base.errors import HatuaError
from hatua.dashboard_api.errors import TooManyRequests
from hatua.dashboard_api.masking import Masker
from hatua.dashboard_api.settings import DashboardApiSettings

log = logging.getLogger("hatua.dashboard_api.live")

T = TypeVar("T")

RECHECK_MS = 60_000
"""How long a stream may outlive the session or key that opened it."""

_encode = msgspec.json.Encoder().encode


class Frame(NamedTuple):
    """One event as it goes over the wire."""

    event_id: str
    sent: bytes


class Listener:
    """One open stream. `masker`: what hides personal data from it, None for nothing. `waiting` holds batches; None ends
    the stream."""

    def __init__(self, masker: Masker | None, most_events: int) -> None:
        self.masker = masker
        self.waiting: asyncio.Queue[list[Frame] | None] = asyncio.Queue()
        self.ended = asyncio.Event()
        self._held = 0
        self._most = most_events

    def offer(self, batch: list[Frame]) -> None:
        """Never blocks. A listener at its bound is ended instead; it resumes where it broke, by its last event id."""
        if self.ended.is_set():
            return
        if self._held and self._held + len(batch) > self._most:
            self.end()
            return
        self._held += len(batch)
        self.waiting.put_nowait(batch)

    def took(self, batch: list[Frame]) -> None:
        """The batch left the buffer."""
        self._held -= len(batch)

    def end(self) -> None:
        """The stream ends after what it already holds."""
        if not self.ended.is_set():
            self.ended.set()
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

    def subscribe(self, project: str, masker: Masker | None) -> Listener:
        """Joins the project's channel. Raises TooManyRequests. Whoever subscribes must `leave`."""
        if self._closed or self.listeners >= self._settings.live_listeners:
            raise TooManyRequests(f"{self.listeners} live streams are open; try again later")
        listener = Listener(masker, self._settings.live_buffer)
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

    async def catch_up(self, project: str, cursor: str, masker: Masker | None) -> list[Frame]:
        """What became visible after a cursor. Raises InvalidQuestion for one we never gave out."""
        feed = LiveFeed(self._reader, project, self._clock(), cursor)
        _, frames = await self._in_thread(_poll, feed, self._clock(), {masker})
        return frames[masker]

    async def stream(
        self, listener: Listener, missed: list[Frame], still_allowed: Callable[[], Awaitable[bool]]
    ) -> AsyncGenerator[bytes, None]:
        """The listener's events as server-sent events: first those missed, then those that come, comments in silence.
        Ends when the hub closes, the listener is too slow, or its access has ended."""
        yield b"retry: 2000\n: connected\n\n"
        caught_up = {each.event_id for each in missed}
        if missed:
            yield b"".join(each.sent for each in missed)
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
                fresh = [each.sent for each in batch if each.event_id not in caught_up]
                if fresh:
                    yield b"".join(fresh)
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
                views = {listener.masker for listener in listeners}
                found, frames = await self._in_thread(_poll, feed, self._clock(), views)
            except HatuaError as problem:
                # Said once: the same fact every 0.7 s helps nobody. Nothing is lost, the feed goes on where it was.
                if not failing:
                    log.warning("project %s: the live stream cannot read: %s", project, problem)
                failing = True
                continue
            if failing:
                log.info("project %s: the live stream reads again", project)
                failing = False
            for listener in tuple(listeners):
                if listener.masker not in frames:  # the first of its kind, who came while we looked
                    frames[listener.masker] = [_frame(each, listener.masker) for each in found]
                if found:
                    listener.offer(frames[listener.masker])

    async def _in_thread(self, call: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, call, *args)


def _poll(
    feed: LiveFeed, now_ms: int, views: set[Masker | None]
) -> tuple[list[LiveEvent], dict[Masker | None, list[Frame]]]:
    """One look, and its events encoded once for each way of seeing them; off the event loop."""
    found = feed.poll(now_ms)
    return found, {view: [_frame(each, view) for each in found] for view in views}


def _frame(each: LiveEvent, masker: Masker | None) -> Frame:
    shown = masker.event(each.event) if masker else each.event
    return Frame(each.event.event_id, b"id: %b\nevent: event\ndata: %b\n\n" % (each.cursor.encode(), _encode(shown)))
