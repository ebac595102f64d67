"""Dead letters and the ledger of the embedded log, for the owning process and for any other (`hatua deadletters`)."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from hatua.contract.record import DeadLetter, LedgerRow
from hatua.streams.packing import pack_event
from hatua.streams.port import LogUnavailable
from hatua.streams.sqlite_schema import (
    SEGMENT_EVENTS,
    add_to_ledger,
    connect,
    failure,
    insert_segments,
    roll_back,
)

BUSY_TIMEOUT_MS: Final = 30_000
"""How long a replay waits for its turn between the commits of a busy writer."""


class SqliteAdmin:
    """LogAdmin on a connection of its own; its writes take their turn with those of the log's owner."""

    def __init__(self, path: Path, on_replay: Callable[[], None] = lambda: None) -> None:
        """The log must exist. `on_replay` is called after a replay, to wake readers. Raises LogUnavailable."""
        if not path.exists():
            raise LogUnavailable(f"log {path} does not exist")
        self._path = path
        self._on_replay = on_replay
        self._lock = threading.Lock()
        self._connection = connect(path, busy_timeout_ms=BUSY_TIMEOUT_MS)

    def dead_letters(self, project_id: str | None, limit: int, after: str = "") -> list[DeadLetter]:
        """See LogAdmin.dead_letters."""
        rows = self._rows(
            "SELECT letter, project_id, event_id, received_at, failed_at, reason, error, body FROM dead_letters"
            " WHERE letter > ?1 AND (?2 IS NULL OR project_id = ?2) ORDER BY letter LIMIT ?3",
            (int(after or 0), project_id, limit),
        )
        return [DeadLetter(str(row[0]), *row[1:]) for row in rows]

    def replay(self, letter_ids: Sequence[str]) -> int:
        """See LogAdmin.replay. Up to 256 letters share a transaction."""
        replayed = 0
        for start in range(0, len(letter_ids), SEGMENT_EVENTS):
            replayed += self._take_letters(letter_ids[start : start + SEGMENT_EVENTS], back_to_log=True)
        if replayed:
            self._on_replay()
        return replayed

    def purge(self, letter_ids: Sequence[str]) -> int:
        """See LogAdmin.purge."""
        purged = 0
        for start in range(0, len(letter_ids), SEGMENT_EVENTS):
            purged += self._take_letters(letter_ids[start : start + SEGMENT_EVENTS], back_to_log=False)
        return purged

    def ledger(self, project_id: str | None, from_minute: int, to_minute: int) -> list[LedgerRow]:
        """See LogAdmin.ledger."""
        where = "minute >= ?1 AND minute < ?2 AND (?3 IS NULL OR project_id = ?3)"
        values = (from_minute, to_minute, project_id)
        with self._lock:
            try:
                self._connection.execute("BEGIN")  # both tables as of one moment
                counts = self._connection.execute(
                    "SELECT minute, project_id, received, duplicate, admitted - stored - dead, dead FROM ledger"
                    f" WHERE {where} ORDER BY minute, project_id",
                    values,
                ).fetchall()
                refused = self._connection.execute(
                    f"SELECT minute, project_id, reason, events FROM rejected WHERE {where}", values
                ).fetchall()
            except sqlite3.Error as problem:
                raise failure(self._path, problem) from problem
            finally:
                roll_back(self._connection)
        rejected: dict[tuple[int, str], dict[str, int]] = {}
        for minute, project, reason, events in refused:
            rejected.setdefault((minute, project), {})[reason] = events
        return [
            LedgerRow(project, minute, received, duplicate, rejected.get((minute, project), {}), pending, dead)
            for minute, project, received, duplicate, pending, dead in counts
        ]

    def close(self) -> None:
        """Closes the connection."""
        with self._lock:
            self._connection.close()

    def _rows(self, sql: str, values: tuple[object, ...]) -> list[Any]:
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as problem:
                raise failure(self._path, problem) from problem

    def _take_letters(self, letter_ids: Sequence[str], *, back_to_log: bool) -> int:
        connection = self._connection
        with self._lock:
            try:
                connection.execute("BEGIN IMMEDIATE")
                marks = ",".join("?" * len(letter_ids))
                rows = connection.execute(
                    f"DELETE FROM dead_letters WHERE letter IN ({marks})"
                    " RETURNING letter, project_id, event_id, received_at, body",
                    [int(letter) for letter in letter_ids],
                ).fetchall()
                if back_to_log and rows:
                    rows.sort()
                    insert_segments(connection, [pack_event(row[1:]) for row in rows], replayed=True)
                    add_to_ledger(connection, [(row[1], row[3] // 60_000, 0, 0, 0, 0, -1) for row in rows])
                connection.execute("COMMIT")
            except sqlite3.Error as problem:
                raise failure(self._path, problem) from problem
            finally:
                roll_back(connection)
            return len(rows)
