"""The durable log of the embedded rung: one SQLite file, owned by one process (`hatua serve`)."""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from hatua.base.clock import Clock, system_clock
from hatua.contract.limits import DEDUP_WINDOW_MS
from hatua.contract.record import Envelope, LogDepth, Tally
from hatua.streams.port import LogFull, LogUnavailable
from hatua.streams.sqlite_admin import SqliteAdmin
from hatua.streams.sqlite_commit import Append, GroupCommit
from hatua.streams.sqlite_leases import Hands
from hatua.streams.sqlite_reader import SqliteReader
from hatua.streams.sqlite_room import MIN_FREE_BYTES, DiskRoom, free_bytes
from hatua.streams.sqlite_schema import LogInUse, connect, create, failure
from hatua.streams.sqlite_seen import SeenIds

MAX_EVENTS: Final = 5_000_000
"""Unacknowledged events the log takes before it says LogFull: hours of a busy site, about 5 GB of disk."""

MAX_QUEUED_BYTES: Final = 64_000_000
"""Bytes of events that may wait in memory for their commit, should the disk stall; more is LogUnavailable."""

WAL_CHECKPOINT_PAGES: Final = 4_000
"""16 MB: a checkpoint (two fsyncs) for thousands of events instead of hundreds."""

BUSY_TIMEOUT_MS: Final = 10_000
"""How long a commit waits for a replay or a purge of another process."""


class SqliteLog:
    """Owns the file, the writing thread and the leases. The collector gets `writer()`, the processor `reader()`."""

    def __init__(self, path: Path, lock_fd: int, commit: GroupCommit, hands: Hands, max_events: int) -> None:
        """Use `open`."""
        self._path = path
        self._lock_fd = lock_fd
        self._commit = commit
        self._hands = hands
        self._max_events = max_events

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        max_events: int = MAX_EVENTS,
        max_bytes: int = 0,
        min_free_bytes: int = MIN_FREE_BYTES,
        free: Callable[[Path], int] = free_bytes,
        dedup_window_ms: int = DEDUP_WINDOW_MS,
        busy_timeout_ms: int = BUSY_TIMEOUT_MS,
        clock: Clock = system_clock,
    ) -> Self:
        """Opens or makes the log at `path` (its folder must exist). `max_bytes` bounds the file; 0: the disk does, of
        which `min_free_bytes` are left alone; `free` says how much there is.
        Raises LogInUse when another process has it, LogUnavailable when it cannot be opened."""
        file = Path(path)
        lock_fd = _own(file)
        try:
            writing = connect(file, busy_timeout_ms=busy_timeout_ms)
            create(writing, file)
            try:
                writing.execute(f"PRAGMA wal_autocheckpoint = {WAL_CHECKPOINT_PAGES}")
                writing.execute(f"PRAGMA journal_size_limit = {WAL_CHECKPOINT_PAGES * 4_096 * 4}")
                room = DiskRoom(file, writing, max_bytes=max_bytes, min_free_bytes=min_free_bytes, free=free)
                hands = Hands(file, connect(file, busy_timeout_ms=busy_timeout_ms), clock)
                seen = SeenIds(writing, dedup_window_ms, clock())
            except sqlite3.Error as problem:
                raise failure(file, problem) from problem
        except BaseException:
            os.close(lock_fd)
            raise
        commit = GroupCommit(
            file, writing, seen, room, clock=clock, waiting=hands.waiting_at_open, on_commit=hands.committed
        )
        hands.on_replayed = commit.adjust_waiting
        return cls(file, lock_fd, commit, hands, max_events)

    def writer(self) -> "SqliteWriter":
        """The collector's side, for one event loop."""
        return SqliteWriter(self._path, self._commit, self._hands, self._max_events)

    def reader(self, consumer: str) -> SqliteReader:
        """The processor's side. A second reader of the same name takes over from the first."""
        return SqliteReader(self._hands, self._commit, consumer)

    def admin(self) -> SqliteAdmin:
        """The operator's side."""
        return SqliteAdmin(self._path, on_replay=self._hands.look_again)

    def close(self) -> None:
        """Commits what is queued and lets go of the file. Idempotent. Close writers and readers first."""
        if self._lock_fd < 0:
            return
        self._commit.close()
        self._hands.close()
        os.close(self._lock_fd)
        self._lock_fd = -1


def _own(path: Path) -> int:
    """An exclusive lock beside the log while the descriptor is open; the kernel drops it when the process dies."""
    lock_path = path.with_name(path.name + ".lock")
    try:
        descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise LogUnavailable(f"log {path}: {problem.strerror}: {lock_path}") from problem
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
        os.close(descriptor)
        raise LogInUse(f"log {path} is open in another process (pid {holder}); one process owns it") from problem
    with suppress(OSError):  # the pid is a courtesy to whoever reads the error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


class SqliteWriter:
    """LogWriter. The appends of one tick of the event loop go to the writer's thread together."""

    def __init__(self, path: Path, commit: GroupCommit, hands: Hands, max_events: int) -> None:
        self._path = path
        self._commit = commit
        self._hands = hands
        self._max_events = max_events
        self._tick: list[Append] = []
        self._queued_events = 0
        self._queued_bytes = 0
        self._closed = False

    async def append(self, envelopes: Sequence[Envelope], tallies: Sequence[Tally]) -> list[bool]:
        """See LogWriter.append."""
        if self._closed:
            raise LogUnavailable(f"log {self._path} is closed")
        if envelopes:
            waiting = self._commit.waiting + self._queued_events
            if waiting + len(envelopes) > self._max_events:
                raise LogFull(
                    f"log {self._path}: {waiting} events wait; {len(envelopes)} more would pass the bound of"
                    f" {self._max_events}"
                )
            if self._queued_bytes > MAX_QUEUED_BYTES:
                raise LogUnavailable(
                    f"log {self._path}: {self._queued_bytes} bytes wait for their commit; the limit is"
                    f" {MAX_QUEUED_BYTES}"
                )
        loop = asyncio.get_running_loop()
        append = Append(envelopes, tallies, loop.create_future())
        if not self._tick:
            loop.call_soon(self._hand_over)
        self._tick.append(append)
        self._queued_events += len(envelopes)
        self._queued_bytes += append.bytes
        try:
            return await append.future  # a request that is cancelled leaves its events in the commit they are in
        finally:
            self._queued_events -= len(envelopes)
            self._queued_bytes -= append.bytes

    def _hand_over(self) -> None:
        appends, self._tick = self._tick, []
        self._commit.submit_appends(appends)

    async def depth(self) -> LogDepth:
        """See LogWriter.depth. A few small reads, about 50 microseconds."""
        try:
            return LogDepth(
                waiting=self._commit.waiting + self._hands.replayed_unread(),
                oldest_received_at=self._hands.oldest_received_at(),
                dead_letters=self._hands.dead_letters(),
            )
        except sqlite3.Error as problem:
            raise failure(self._path, problem) from problem

    async def close(self) -> None:
        """See LogWriter.close. The log itself stays open for its readers until `SqliteLog.close`."""
        if self._closed:
            return
        self._closed = True
        last = Append((), (), asyncio.get_running_loop().create_future())
        self._tick.append(last)
        self._hand_over()
        await last.future  # commits go in order
