"""One request's questions to the warehouse: one budget of time, rows counted, ended when nobody waits any more."""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar
from uuid import uuid4

from litestar.types import Receive

from hatua.base.errors import HatuaError
from hatua.dashboard_api.desk import Desk
from hatua.dashboard_api.errors import ClientGone
from hatua.dashboard_api.streaming import until_gone
from hatua.warehouse.errors import QueryCancelled, QueryTooHeavy

T = TypeVar("T")

MAX_RESULT_ROWS = 1_000_000
MAX_RESULT_BYTES = 256_000_000
"""What one statement may bring into this process; no answer needs a hundredth of it."""

MAX_TIMES = 4
"""A batch has the time of as many questions as it holds, of so many at most: it keeps one thread of the desk."""

_KILL_AGAIN_S = 0.2
_KILLS = 25


class Counted(Protocol):
    """What answers SELECTs and tells how many stored rows it read for them."""

    def rows(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        *,
        on_read: Callable[[int], None] | None = None,
    ) -> list[dict[str, Any]]:
        """As `Reader.rows`; `on_read` is told how many stored rows were read."""
        ...


class CountedKeeper(Counted, Protocol):
    """`hatua.warehouse.client.Keeper` is one."""

    def keep(
        self,
        sql: str,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
        *,
        on_read: Callable[[int], None] | None = None,
    ) -> str:
        """As `analytics.reader.Keeper.keep`."""
        ...

    def forget(self, name: str) -> None: ...


class Engine(Counted, Protocol):
    """`hatua.warehouse.client.Warehouse` is one: a reader whose statements can be counted and ended."""

    def keeping(self) -> AbstractContextManager[CountedKeeper]:
        """As `Reader.keeping`."""
        ...

    def kill(self, tag: str) -> None:
        """Ends the statements that run under `log_comment` = tag; they raise QueryCancelled."""
        ...


class Asking:
    """A Reader for one request, used by one thread; `end` may come from any other."""

    def __init__(self, engine: Engine, timeout_ms: int, questions: int = 1) -> None:
        """`timeout_ms`: of one question; no statement has longer."""
        self.rows_read = 0
        self._engine = engine
        self._statement_s = timeout_ms / 1000
        self._all_s = self._statement_s * min(questions, MAX_TIMES)
        self._tag = f"hatua-{uuid4().hex}"
        self._began: float | None = None
        self._ended = threading.Event()
        self._idle = threading.Event()
        self._idle.set()

    def rows(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """As `Reader.rows`, within what is left of the request's time. Raises QueryTooHeavy when that is nothing, and
        QueryCancelled once `end` was called."""
        with self._under_way() as limits:
            return self._engine.rows(sql, parameters, {**(settings or {}), **limits}, on_read=self._count)

    @contextlib.contextmanager
    def keeping(self) -> Iterator["_Keeping"]:
        """As `Reader.keeping`; every statement as those of `rows`."""
        with self._engine.keeping() as keeper:
            yield _Keeping(self, keeper)

    @contextlib.contextmanager
    def _under_way(self) -> Iterator[dict[str, Any]]:
        """Around one statement; gives its limits."""
        self._idle.clear()
        try:
            if self._ended.is_set():
                raise QueryCancelled("nobody waits for the answer")
            yield {
                "log_comment": self._tag,
                "max_execution_time": self._left_s(),
                "max_result_rows": MAX_RESULT_ROWS,
                "max_result_bytes": MAX_RESULT_BYTES,
                "wait_end_of_query": 1,  # a server counts the rows read only at the end
            }
        finally:
            self._idle.set()

    def end(self) -> None:
        """Ends the statement under way and refuses further ones. Blocks until it has ended, some seconds at most: the
        engine cannot end what it has not begun, so it is told again."""
        self._ended.set()
        for _ in range(_KILLS):
            if self._idle.is_set():
                return
            with contextlib.suppress(HatuaError):  # then its own time limit ends it
                self._engine.kill(self._tag)
            if self._idle.wait(_KILL_AGAIN_S):
                return

    def _left_s(self) -> float:
        now = time.monotonic()
        if self._began is None:
            self._began = now
        left = self._all_s - (now - self._began)
        if left <= 0:
            raise QueryTooHeavy(f"over its limit of {self._all_s:g} s")
        return round(min(max(left, 0.001), self._statement_s), 3)

    def _count(self, rows: int) -> None:
        self.rows_read += rows


class _Keeping:
    """A Keeper of one request."""

    def __init__(self, asking: Asking, keeper: CountedKeeper) -> None:
        self._asking = asking
        self._keeper = keeper

    def rows(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        with self._asking._under_way() as limits:
            settings = {**(settings or {}), **limits}
            return self._keeper.rows(sql, parameters, settings, on_read=self._asking._count)

    def keep(
        self, sql: str, parameters: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
    ) -> str:
        with self._asking._under_way() as limits:
            # What stays in the engine is bounded by its memory; these would bound what is kept.
            settings = {**(settings or {}), **limits, "max_result_rows": 0, "max_result_bytes": 0}
            return self._keeper.keep(sql, parameters, settings, on_read=self._asking._count)

    def forget(self, name: str) -> None:
        self._keeper.forget(name)


class Askings:
    """The requests under way, so that all can be ended with the process."""

    def __init__(self, engine: Engine, desk: Desk, timeout_ms: int) -> None:
        self._engine = engine
        self._desk = desk
        self._timeout_ms = timeout_ms
        self._open: set[Asking] = set()

    @contextlib.asynccontextmanager
    async def opened(self, questions: int = 1) -> AsyncIterator[Asking]:
        """One for a request of so many questions; whatever still runs at the end of the context is ended."""
        asking = Asking(self._engine, self._timeout_ms, questions)
        self._open.add(asking)
        try:
            yield asking
        finally:
            self._open.discard(asking)

    async def answer(self, receive: Receive, asking: Asking, call: Callable[..., T], *arguments: Any) -> T:
        """`call(asking, *arguments)` in a thread of the desk. When the client goes away first, its statement is ended
        and ClientGone raised. Raises what `call` raises, and TooManyRequests."""
        work = asyncio.ensure_future(self._desk.ask(call, asking, *arguments))
        gone = asyncio.ensure_future(until_gone(receive))
        try:
            await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            raise ClientGone("the client has closed the connection")
        finally:
            gone.cancel()
            if not work.done():
                work.cancel()
                await asyncio.to_thread(asking.end)
            await asyncio.gather(work, gone, return_exceptions=True)

    def end_all(self) -> None:
        """Ends every statement under way. Blocking."""
        for asking in tuple(self._open):
            asking.end()
