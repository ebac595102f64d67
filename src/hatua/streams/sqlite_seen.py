"""Which event ids the embedded log has admitted within the dedup window. docs/decisions has the measurements.

An id is 16 random bytes, so a B-tree of millions of them costs one page (4 KB) of WAL and another of checkpoint for
each id, ten times the event itself. So new ids are first *appended*, one row a commit, and kept in memory; when there
are enough of them they are *folded*, sorted, into the B-tree of the current generation, a slice per commit so that no
commit waits long. A generation is dropped as a whole table when it is older than the window.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final

from hatua.streams.packing import SEEN_ID_BYTES

FOLD_AT_IDS: Final = 65_536
"""Ids kept in memory before they are folded; about 100 bytes each, and as many again while a fold is under way."""

FOLD_SLICE_IDS: Final = 2_048
"""Ids folded along with one commit: 2 to 4 ms."""

GENERATIONS_PER_WINDOW: Final = 2
"""Each generation is one more B-tree to ask for every new id. With two, an id is remembered for 1 to 2 windows."""


class SeenIds:
    """Used by the writer's thread alone, inside its transactions. `remember` and `fold` count for this object only
    after `committed()`; after a rollback, call `rolled_back()`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        window_ms: int,
        now_ms: int,
        *,
        fold_at: int = FOLD_AT_IDS,
        fold_slice: int = FOLD_SLICE_IDS,
    ) -> None:
        """Loads what is not folded yet. Raises sqlite3.Error."""
        self._fold_at = fold_at
        self._fold_slice = fold_slice
        self._generation_ms = max(1, window_ms // GENERATIONS_PER_WINDOW)
        self._window_ms = window_ms
        self._now_ms = now_ms
        self._recent: set[bytes] = set()
        self._recent_since = now_ms
        self._frozen: set[bytes] = set()  # being folded; still asked
        self._frozen_order: list[bytes] = []
        self._frozen_upto = 0  # last seen_recent.batch in it
        self._folded = 0
        self._next_folded = 0
        self._adding: list[bytes] = []
        self._generations = _stored_generations(connection)
        self._question = self._make_question()
        for seen_at, ids in connection.execute("SELECT seen_at, ids FROM seen_recent ORDER BY batch"):
            self._recent_since = min(self._recent_since, seen_at)
            self._recent.update(ids[i : i + SEEN_ID_BYTES] for i in range(0, len(ids), SEEN_ID_BYTES))

    def known(self, connection: sqlite3.Connection, ids: Sequence[bytes]) -> set[bytes]:
        """Those of `ids` that were remembered."""
        found = self._recent.intersection(ids)
        if self._frozen:
            found |= self._frozen.intersection(ids)
        if self._question:
            rows = connection.execute(self._question, (b"".join(ids), len(ids))).fetchall()
            found.update(ids[i] for (i,) in rows)
        return found

    def remember(self, connection: sqlite3.Connection, ids: list[bytes], now_ms: int) -> None:
        """Adds new ids; the clock may stand still or step back without effect."""
        self._now_ms = max(self._now_ms, now_ms)
        connection.execute("INSERT INTO seen_recent (seen_at, ids) VALUES (?, ?)", (self._now_ms, b"".join(ids)))
        self._adding = ids

    def committed(self) -> None:
        """The transaction is durable."""
        self._recent.update(self._adding)
        self._adding = []
        self._folded = self._next_folded
        if self._frozen_order and self._folded >= len(self._frozen_order):
            self._frozen, self._frozen_order = set(), []
            self._folded = self._next_folded = 0

    def rolled_back(self, connection: sqlite3.Connection) -> None:
        """The transaction never was. Looks again at which generations there are, since one may have been undone."""
        self._adding = []
        self._next_folded = self._folded
        self._generations = _stored_generations(connection)
        self._question = self._make_question()

    def fold(self, connection: sqlite3.Connection) -> None:
        """One slice of upkeep, if any is due; call it once per transaction, before `remember`."""
        if not self._frozen_order:
            aged = self._recent and self._now_ms - self._recent_since >= self._generation_ms
            if len(self._recent) < self._fold_at and not aged:
                self._drop_expired(connection)
                return
            row = connection.execute("SELECT max(batch) FROM seen_recent").fetchone()
            self._frozen_upto = row[0]
            self._frozen, self._recent = self._recent, set()
            self._frozen_order = sorted(self._frozen)
            self._recent_since = self._now_ms
        part = self._frozen_order[self._folded : self._folded + self._fold_slice]
        connection.execute(
            f"{_SPLIT} INSERT OR IGNORE INTO {self._current_generation(connection)} SELECT id FROM given",
            (b"".join(part), len(part)),
        )
        self._next_folded = self._folded + len(part)
        if self._next_folded >= len(self._frozen_order):
            connection.execute("DELETE FROM seen_recent WHERE batch <= ?", (self._frozen_upto,))

    def _current_generation(self, connection: sqlite3.Connection) -> str:
        number = self._now_ms // self._generation_ms
        if number not in self._generations:
            connection.execute(f"CREATE TABLE seen_at_{number} (id BLOB PRIMARY KEY) WITHOUT ROWID")
            self._generations.append(number)
            self._question = self._make_question()
        return f"seen_at_{number}"

    def _drop_expired(self, connection: sqlite3.Connection) -> None:
        expired = [g for g in self._generations if (g + 1) * self._generation_ms + self._window_ms <= self._now_ms]
        for number in expired:
            connection.execute(f"DROP TABLE seen_at_{number}")
            self._generations.remove(number)
            self._question = self._make_question()

    def _make_question(self) -> str:
        if not self._generations:
            return ""
        known = " OR ".join(f"id IN seen_at_{g}" for g in reversed(self._generations))
        return f"{_SPLIT} SELECT i FROM given WHERE {known}"


_SPLIT: Final = (
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?2 - 1),"
    f" given(i, id) AS (SELECT i, substr(?1, 1 + {SEEN_ID_BYTES} * i, {SEEN_ID_BYTES}) FROM n)"
)
"""Cuts one blob of ids (?1) into ?2 rows: one bound value and one statement whatever their number."""


def _stored_generations(connection: sqlite3.Connection) -> list[int]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE name GLOB 'seen_at_*'").fetchall()
    return sorted(int(name.removeprefix("seen_at_")) for (name,) in names)
