"""The tables of the embedded log, how a connection to them is opened, and what SQLite's failures mean.

Events are kept as *segments*: the events of one commit, packed with msgpack into one row. A row per event would cost
one call into SQLite each, and every such call hands the interpreter's lock to another thread and waits to get it back;
a segment costs one call for up to 256 events on the way in, one on the way out and one to delete.
"""

import errno
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from hatua.base.errors import HatuaError
from hatua.streams.port import LogFull, LogUnavailable

SCHEMA_VERSION: Final = 1

SEGMENT_EVENTS: Final = 256
"""Events in one segment at most: what a reader decodes to serve one event, and the length of a `gone` mask in bits."""

SEGMENT_BYTES: Final = 1_000_000
"""Payload of one segment after which the next event starts a new one."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS segments (
  segment INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice, so an old position cannot name a new event
  events INTEGER NOT NULL,
  replayed INTEGER NOT NULL,                 -- 1: made by a replay of dead letters
  payload BLOB NOT NULL                      -- msgpack: [[project_id, event_id, received_at, body], ...]
);
CREATE INDEX IF NOT EXISTS segments_replayed ON segments (segment, events) WHERE replayed = 1;
CREATE TABLE IF NOT EXISTS gone (            -- events of a segment that left before the others did
  segment INTEGER PRIMARY KEY,
  mask BLOB NOT NULL                         -- bit i, little endian: event i has left the log
);
CREATE TABLE IF NOT EXISTS seen_recent (     -- event ids of the last commits, appended as they come
  batch INTEGER PRIMARY KEY AUTOINCREMENT,
  seen_at INTEGER NOT NULL,
  ids BLOB NOT NULL                          -- 16 bytes an id
);
CREATE TABLE IF NOT EXISTS dead_letters (
  letter INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id TEXT NOT NULL, event_id TEXT NOT NULL, received_at INTEGER NOT NULL, failed_at INTEGER NOT NULL,
  reason TEXT NOT NULL, error TEXT NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS dead_letters_project ON dead_letters (project_id, letter);
CREATE TABLE IF NOT EXISTS ledger (
  project_id TEXT NOT NULL, minute INTEGER NOT NULL,
  received INTEGER NOT NULL, duplicate INTEGER NOT NULL, admitted INTEGER NOT NULL,
  stored INTEGER NOT NULL, dead INTEGER NOT NULL,
  PRIMARY KEY (project_id, minute)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rejected (
  project_id TEXT NOT NULL, minute INTEGER NOT NULL, reason TEXT NOT NULL, events INTEGER NOT NULL,
  PRIMARY KEY (project_id, minute, reason)
) WITHOUT ROWID;
"""

LedgerKey = tuple[str, int]
"""project_id, minute."""


class LogInUse(HatuaError):
    """Another process has this embedded log open. One process owns it: `hatua serve` runs once on a folder."""


def connect(path: Path, *, busy_timeout_ms: int) -> sqlite3.Connection:
    """A connection in autocommit mode that any one thread at a time may use. Raises LogUnavailable."""
    try:
        connection = sqlite3.connect(
            path, timeout=busy_timeout_ms / 1000, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # the commit returns after fsync of the WAL
        connection.execute("PRAGMA secure_delete = OFF")  # else every acknowledged page is written once more, as zeros
    except sqlite3.Error as problem:
        raise failure(path, problem) from problem
    return connection


def create(connection: sqlite3.Connection, path: Path) -> None:
    """Makes the tables of a new log. Raises LogUnavailable when the file is of a later version than this code."""
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise LogUnavailable(f"log {path} has format {version}; this program knows up to {SCHEMA_VERSION}")
        connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
    except sqlite3.Error as problem:
        raise failure(path, problem) from problem


def failure(path: Path, problem: Exception) -> LogFull | LogUnavailable:
    """SQLite's error as one of the port's two words."""
    if getattr(problem, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or (
        isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT)
    ):
        return LogFull(f"log {path}: no space left to append")
    name = getattr(problem, "sqlite_errorname", type(problem).__name__)
    return LogUnavailable(f"log {path}: {name}: {problem}")


def roll_back(connection: sqlite3.Connection) -> None:
    """Leaves no transaction open, whatever state the connection is in."""
    with suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def insert_segments(connection: sqlite3.Connection, packed: list[bytes], *, replayed: bool, bytes_hint: int = 0) -> int:
    """Appends packed events in order, inside the caller's transaction. Returns the last segment's number."""
    last = 0
    if len(packed) <= SEGMENT_EVENTS and 0 < bytes_hint <= SEGMENT_BYTES:
        return _insert_segment(connection, packed, replayed)
    start = size = 0
    for index, item in enumerate(packed):
        if index > start and (index - start == SEGMENT_EVENTS or size + len(item) > SEGMENT_BYTES):
            last = _insert_segment(connection, packed[start:index], replayed)
            start, size = index, 0
        size += len(item)
    if start < len(packed):
        last = _insert_segment(connection, packed[start:], replayed)
    return last


def _insert_segment(connection: sqlite3.Connection, packed: list[bytes], replayed: bool) -> int:
    header = b"\xdd" + len(packed).to_bytes(4, "big")  # msgpack array 32
    row = connection.execute(
        "INSERT INTO segments (events, replayed, payload) VALUES (?, ?, ?)",
        (len(packed), int(replayed), header + b"".join(packed)),
    )
    return int(row.lastrowid or 0)


def add_to_ledger(connection: sqlite3.Connection, counts: Iterable[tuple[str, int, int, int, int, int, int]]) -> None:
    """Adds (project_id, minute, received, duplicate, admitted, stored, dead) to the counts; negative takes away."""
    connection.executemany(
        "INSERT INTO ledger (project_id, minute, received, duplicate, admitted, stored, dead)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET received = received + excluded.received,"
        " duplicate = duplicate + excluded.duplicate, admitted = admitted + excluded.admitted,"
        " stored = stored + excluded.stored, dead = dead + excluded.dead",
        counts,
    )


def add_to_rejected(connection: sqlite3.Connection, counts: Iterable[tuple[str, int, str, int]]) -> None:
    """Adds (project_id, minute, reason, events)."""
    connection.executemany(
        "INSERT INTO rejected (project_id, minute, reason, events) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET events = events + excluded.events",
        counts,
    )
