"""Group commit: one thread owns the only writing connection, and everything that waits shares one transaction, one
fsync and one wake-up of each event loop."""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, Generic, TypeVar

from hatua.base.clock import Clock
from hatua.base.errors import Unavailable
from hatua.base.log import fields
from hatua.contract.record import Envelope, Tally
from hatua.streams.packing import pack_event, seen_id
from hatua.streams.port import LogUnavailable
from hatua.streams.sqlite_room import DiskRoom
from hatua.streams.sqlite_schema import (
    LedgerKey,
    add_to_ledger,
    add_to_rejected,
    failure,
    insert_segments,
    roll_back,
)
from hatua.streams.sqlite_seen import SeenIds

log = logging.getLogger(__name__)

COMMIT_EVENTS: Final = 8_192
"""Events of one transaction after which no further append joins it, so that a commit stays under about 50 ms."""

COMMIT_BYTES: Final = 16_000_000
"""The same bound in bytes of events."""

T = TypeVar("T")


class Append:
    """One append of one request: prepared by the event loop, applied by the writer's thread. Encoding here means that
    an event that cannot be encoded fails its own request, not the commit it would have shared."""

    __slots__ = ("bytes", "envelopes", "future", "ids", "packed", "tallies")

    def __init__(
        self, envelopes: Sequence[Envelope], tallies: Sequence[Tally], future: "asyncio.Future[list[bool]]"
    ) -> None:
        self.envelopes = envelopes
        self.tallies = tallies
        self.future = future
        self.ids = [seen_id(e.project_id, e.event_id) for e in envelopes]
        self.packed = [pack_event((e.project_id, e.event_id, e.received_at, e.body)) for e in envelopes]
        self.bytes = sum(map(len, self.packed))


class Call(Generic[T]):
    """Work of another thread that joins the next commit: `apply` runs inside the transaction, then either `undo` after
    a rollback or `done` with the result of `apply` after the commit; all three in the writer's thread."""

    __slots__ = ("apply", "done", "future", "undo")

    def __init__(
        self,
        apply: Callable[[sqlite3.Connection], T],
        undo: Callable[[], None],
        done: Callable[[T], None],
    ) -> None:
        self.apply = apply
        self.undo = undo
        self.done = done
        self.future: Future[T] = Future()


class GroupCommit:
    """The writer's thread and its queue. `waiting` counts admitted events that were not acknowledged."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        seen: SeenIds,
        room: DiskRoom,
        *,
        clock: Clock,
        waiting: int,
        on_commit: Callable[[int], None],
    ) -> None:
        """`on_commit(last segment)` is called in the writer's thread after each commit that appended."""
        self.waiting = waiting
        self._waiting_lock = threading.Lock()
        self._path = path
        self._connection = connection
        self._seen = seen
        self._room = room
        self._failing = False
        self._clock = clock
        self._on_commit = on_commit
        self._queue: SimpleQueue[list[Append] | Call[object] | None] = SimpleQueue()
        self._closed = False
        self._gate = threading.Lock()
        self._ended = False  # guarded by the gate: what is put in after the thread's last look is refused at once
        self._thread = threading.Thread(target=self._run, name="hatua-log-writer", daemon=True)
        self._thread.start()

    def submit_appends(self, appends: list[Append]) -> None:
        """Every append's future is resolved in its own event loop after the commit, or given an exception."""
        self._put(appends)

    def adjust_waiting(self, events: int) -> None:
        """Events that came or left otherwise than by an append."""
        with self._waiting_lock:
            self.waiting += events

    def call(
        self,
        apply: Callable[[sqlite3.Connection], T],
        undo: Callable[[], None],
        done: Callable[[T], None],
    ) -> T:
        """Waits until `apply` is durable and gives its result. Raises LogUnavailable or LogFull: nothing was done."""
        call = Call(apply, undo, done)
        self._put(call)  # type: ignore[arg-type]
        return call.future.result()

    def _put(self, work: "list[Append] | Call[object]") -> None:
        with self._gate:
            self._queue.put(work)
            if self._ended:
                self._refuse_the_rest()

    def close(self) -> None:
        """Commits what is queued, then ends the thread and closes the connection. Idempotent."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            appends: list[Append] = []
            calls: list[Call[object]] = []
            events = size = 0
            work = self._queue.get()
            while True:
                if work is None:
                    stopping = True
                elif isinstance(work, Call):
                    calls.append(work)
                else:
                    appends += work
                    events += sum(len(a.ids) for a in work)
                    size += sum(a.bytes for a in work)
                if events >= COMMIT_EVENTS or size >= COMMIT_BYTES:
                    break
                try:
                    work = self._queue.get_nowait()
                except Empty:
                    break
            if appends or calls:
                self._commit(appends, calls)
        with self._gate:
            self._ended = True
            self._refuse_the_rest()
        with suppress(sqlite3.Error):
            self._connection.close()

    def _refuse_the_rest(self) -> None:
        error = LogUnavailable(f"log {self._path} is closed")
        with suppress(Empty):
            while True:
                work = self._queue.get_nowait()
                if isinstance(work, Call):
                    work.future.set_exception(error)
                elif work:
                    resolve(work, [], error)

    def _commit(self, appends: list[Append], calls: list[Call[object]]) -> None:
        connection = self._connection
        applied: list[Call[object]] = []
        answers: list[list[bool]] = []
        segment = admitted = 0
        try:
            if appends:
                self._room.before_append(sum(a.bytes for a in appends))
            connection.execute("BEGIN IMMEDIATE")
            if appends:
                answers, segment, admitted = self._apply(connection, appends)
            results = []
            for call in calls:
                applied.append(call)
                results.append(call.apply(connection))
            connection.execute("COMMIT")
        except Exception as problem:
            roll_back(connection)
            for call in reversed(applied):
                call.undo()
            self._after_rollback()
            self._report(appends, calls, problem)
            return
        if self._failing:
            self._failing = False
            log.warning("the log commits again", extra=fields(path=str(self._path)))
        if appends:
            self._seen.committed()
            self.adjust_waiting(admitted)
            if segment:
                self._on_commit(segment)
            resolve(appends, answers, None)
        for call, result in zip(calls, results, strict=True):
            call.done(result)
            call.future.set_result(result)

    def _after_rollback(self) -> None:
        with suppress(sqlite3.Error):
            self._seen.rolled_back(self._connection)

    def _report(self, appends: list[Append], calls: list[Call[object]], problem: Exception) -> None:
        error = failure(self._path, problem)
        if not self._failing:  # once, not for every append until it is over
            self._failing = True
            log.error("the log cannot commit: %s", error, extra=fields(appends=len(appends), calls=len(calls)))
        if appends:
            resolve(appends, [], error)
            # An acknowledgement frees space; it must not fail because it shared a commit with an append that needs it.
            for call in calls:
                self._commit([], [call])
            return
        for call in calls:
            call.future.set_exception(error)

    def _apply(self, connection: sqlite3.Connection, appends: list[Append]) -> tuple[list[list[bool]], int, int]:
        """Returns the answers, the last segment (0: nothing was admitted) and how many events were admitted."""
        ids = [i for a in appends for i in a.ids]
        self._seen.fold(connection)
        known = self._seen.known(connection, ids) if ids else set()
        counts: dict[LedgerKey, list[int]] = {}  # received, duplicate, admitted
        answers: list[list[bool]] = []
        fresh: list[bytes] = []
        packed: list[bytes] = []
        for append in appends:
            answer = []
            for envelope, id_, item in zip(append.envelopes, append.ids, append.packed, strict=True):
                key = (envelope.project_id, envelope.received_at // 60_000)
                count = counts.get(key)
                if count is None:
                    count = counts[key] = [0, 0, 0]
                if id_ in known:
                    count[1] += 1
                    answer.append(False)
                else:
                    known.add(id_)
                    fresh.append(id_)
                    packed.append(item)
                    count[2] += 1
                    answer.append(True)
            answers.append(answer)
        segment = 0
        if fresh:
            self._seen.remember(connection, fresh, self._clock())
            segment = insert_segments(connection, packed, replayed=False)
        self._count(connection, appends, counts)
        return answers, segment, len(fresh)

    def _count(self, connection: sqlite3.Connection, appends: list[Append], counts: dict[LedgerKey, list[int]]) -> None:
        rejected: dict[tuple[str, int, str], int] = {}
        for append in appends:
            for tally in append.tallies:
                counts.setdefault((tally.project_id, tally.minute), [0, 0, 0])[0] += tally.received
                for reason, events in tally.rejected.items():
                    which = (tally.project_id, tally.minute, str(reason))
                    rejected[which] = rejected.get(which, 0) + events
        add_to_ledger(connection, [(*key, r, d, a, 0, 0) for key, (r, d, a) in counts.items()])
        if rejected:
            add_to_rejected(connection, [(*which, events) for which, events in rejected.items()])


def resolve(appends: list[Append], answers: list[list[bool]], error: Unavailable | None) -> None:
    """Gives every append its answer or the error, with one wake-up for each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[list[bool]], list[bool]]]] = {}
    for index, append in enumerate(appends):
        answer = answers[index] if error is None else []
        by_loop.setdefault(append.future.get_loop(), []).append((append.future, answer))
    for loop, futures in by_loop.items():
        with suppress(RuntimeError):  # that loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, futures, error)


def _settle(futures: list[tuple["asyncio.Future[list[bool]]", list[bool]]], error: Unavailable | None) -> None:
    for future, answer in futures:
        if future.done():  # its request was cancelled; the events are in the log all the same
            continue
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(answer)
