"""Inserts that a server refuses after a moment, by its own clock, however long they were on their way.

A processor owns what it read until a moment. It may be stopped between looking at the clock and its rows' arrival
(SIGSTOP, a paused machine, a slow network); so it is the server that must look, when it has all rows and is about to
store them.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

import pyarrow as pa

from hatua.base.clock import Clock, system_clock

_ASK_EVERY_S: Final = 60.0

_TYPES: Final[dict[pa.DataType, str]] = {
    pa.string(): "String",
    pa.bool_(): "Bool",
    pa.uint8(): "UInt8",
    pa.uint16(): "UInt16",
    pa.uint32(): "UInt32",
    pa.uint64(): "UInt64",
    pa.timestamp("ms", tz="UTC"): "DateTime64(3, 'UTC')",
}


class ServerClock:
    """Turns moments of our clock into the server's. The difference is measured once a minute, and on the safe side:
    what it takes the answer to come counts as if the server's clock were behind. Thread-safe."""

    def __init__(
        self, ask: Callable[[], int], clock: Clock = system_clock, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        """`ask`: the server's Unix ms; what it raises goes through."""
        self._ask = ask
        self._clock = clock
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._ahead_ms: int | None = None
        self._asked_at = 0.0

    def at(self, ours_ms: int) -> int:
        """The moment by the server's clock, or somewhat earlier."""
        with self._lock:
            ahead, fresh = self._ahead_ms, self._elapsed() - self._asked_at < _ASK_EVERY_S
        if ahead is None or not fresh:
            theirs = self._ask()
            ahead = theirs - self._clock()
            with self._lock:
                self._ahead_ms, self._asked_at = ahead, self._elapsed()
        return ours_ms + ahead

    def forget(self) -> None:
        """The next moment is turned by a new measurement."""
        with self._lock:
            self._ahead_ms = None


def fenced_insert(table: str, rows: pa.Table, until_ms: int) -> bytes:
    """A whole INSERT statement with its rows. `until_ms`: Unix ms of the server's clock. The Arrow file format is read
    to its end before its first row is looked at, so the clock is looked at when everything is there."""
    columns = ", ".join(f"`{name}`" for name in rows.column_names)
    types = ", ".join(f"`{field.name}` {_TYPES[field.type]}" for field in rows.schema)
    structure = types.replace("\\", "\\\\").replace("'", "\\'")
    statement = (
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM input('{structure}') WHERE NOT"
        f" throwIf(toUnixTimestamp64Milli(nowInBlock64(3)) > {until_ms}, 'too late') FORMAT Arrow\n"
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, rows.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(rows.combine_chunks())
    return statement.encode() + bytes(sink.getvalue())
