"""The processor's side of the embedded log."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from hatua.contract.record import Delivery
from hatua.streams.port import FOR_EVER_MS, LogUnavailable
from hatua.streams.sqlite_commit import GroupCommit
from hatua.streams.sqlite_leases import Hands, Leaving

_INSERT_LETTER: Final = (
    "INSERT INTO dead_letters (project_id, event_id, received_at, failed_at, reason, error, body)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)


class SqliteReader:
    """One consumer of the embedded log (LogReader). Use it from one thread."""

    def __init__(self, hands: Hands, commit: GroupCommit, consumer: str) -> None:
        self._hands = hands
        self._commit = commit
        self._consumer = consumer
        self._closed = False
        hands.give_back(consumer)  # an earlier reader of that name is gone

    def read(self, max_events: int, block_ms: int) -> list[Delivery]:
        """See LogReader.read."""
        self._check()
        taken = self._hands.take(self._consumer, max_events)
        if taken:
            return taken
        if block_ms <= 0 or not self._hands.wait(block_ms / 1000):
            self._hands.look_again()  # dead letters that another process replayed wake nobody here
        return self._hands.take(self._consumer, max_events)

    def claim_stale(self, min_idle_ms: int, max_events: int) -> list[Delivery]:
        """See LogReader.claim_stale."""
        self._check()
        return self._hands.take_stale(self._consumer, min_idle_ms, max_events)

    def acknowledge(self, positions: Sequence[str]) -> None:
        """See LogReader.acknowledge. Waits for the commit. Raises LogUnavailable or LogFull."""
        self._check()
        if positions:
            self._leave(positions, [])

    def dead_letter(self, letters: Sequence[tuple[Delivery, str, str]]) -> None:
        """See LogReader.dead_letter. Waits for the commit. Raises LogUnavailable or LogFull."""
        self._check()
        if letters:
            self._leave([delivery.position for delivery, _, _ in letters], letters)

    def owned_until(self, positions: Sequence[str]) -> int:
        """See LogReader.owned_until. Another reader can take them over only within this process, by `claim_stale`."""
        with self._hands.lock:
            ours = all(self._hands.holds(self._consumer, position) for position in positions)
        return FOR_EVER_MS if ours else 0

    def give_back(self) -> None:
        """See LogReader.give_back."""
        self._hands.give_back(self._consumer)

    def close(self) -> None:
        """What this consumer holds is given back: the next reader gets it first."""
        if not self._closed:
            self._closed = True
            self._hands.give_back(self._consumer)

    def _leave(self, positions: Sequence[str], letters: Sequence[tuple[Delivery, str, str]]) -> None:
        leaving = Leaving(self._hands, positions)

        def apply(connection: sqlite3.Connection) -> int:
            left = leaving.apply(connection, dead=bool(letters))
            count = len(left)
            now = self._hands.clock()
            for delivery, reason, error in letters:
                event = left.pop(delivery.position, None)  # once, however often it is named
                if event is not None:
                    connection.execute(_INSERT_LETTER, (*event[:3], now, reason, error, event[3]))
            return count

        def done(events: int) -> None:
            leaving.forget()
            self._commit.adjust_waiting(-events)

        self._commit.call(apply, leaving.undo, done)

    def _check(self) -> None:
        if self._closed:
            raise LogUnavailable(f"log {self._hands.path}: this reader is closed")
