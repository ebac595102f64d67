"""How large the log's file may grow: up to its own bound, and not into the last of the disk.

An acknowledgement needs a little disk too (its page goes through the WAL before the event's space is free), so a log
that had used up the disk could not be drained. It therefore stops growing while some of the disk is left: appends then
get by with the space of acknowledged events, and are refused with LogFull when there is none.
"""

import logging
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hatua.base.log import fields

log = logging.getLogger(__name__)

MIN_FREE_BYTES: Final = 64_000_000
"""Left of the disk: room for the WAL (16 MB between checkpoints) and for what a checkpoint then adds to the file."""

_LOOK_EVERY_BYTES: Final = 4_000_000

_NO_BOUND: Final = 4_294_967_294  # SQLite's own limit, in pages


def free_bytes(path: Path) -> int:
    """What an unprivileged process may still write to the disk that `path` is on."""
    disk = os.statvfs(path)
    return disk.f_bavail * disk.f_frsize


class DiskRoom:
    """Used by the writer's thread, between transactions."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        *,
        max_bytes: int = 0,
        min_free_bytes: int = MIN_FREE_BYTES,
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        """`max_bytes` 0: no bound but the disk. Raises sqlite3.Error."""
        self._path = path
        self._connection = connection
        self._min_free_bytes = min_free_bytes
        self._free = free
        self._unchecked = _LOOK_EVERY_BYTES
        self._growing = True
        page = int(connection.execute("PRAGMA page_size").fetchone()[0])
        self._max_pages = max(1, max_bytes // page) if max_bytes else _NO_BOUND
        connection.execute(f"PRAGMA max_page_count = {self._max_pages}")

    def before_append(self, size: int) -> None:
        """Looks at the disk every few MB, and before every append while there is too little. Raises sqlite3.Error."""
        self._unchecked += size
        if self._growing and self._unchecked < _LOOK_EVERY_BYTES:
            return
        self._unchecked = 0
        free = self._free(self._path)
        if self._growing and free < self._min_free_bytes:
            self._growing = False
            pages = self._connection.execute("PRAGMA page_count").fetchone()[0]
            self._connection.execute(f"PRAGMA max_page_count = {pages}")
            log.error(
                "the log stops growing: the disk is almost full",
                extra=fields(path=str(self._path), free_bytes=free, min_free_bytes=self._min_free_bytes),
            )
        elif not self._growing and free >= self._min_free_bytes:
            self._growing = True
            self._connection.execute(f"PRAGMA max_page_count = {self._max_pages}")
            log.warning("the log may grow again", extra=fields(path=str(self._path), free_bytes=free))
