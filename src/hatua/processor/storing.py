"""Rows into the warehouse, whatever it takes: waits while it is away, and finds the one row that it refuses."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from hatua.base.errors import Unavailable
from hatua.processor.failures import ProcessorHalted
from hatua.warehouse.errors import InsertTooLate, SchemaMissing
from hatua.warehouse.rows import EventRow, LinkRow
from hatua.warehouse.writer import EventWriter

MOST_REFUSED = 100
"""Refused rows of one batch. More, and it is the table that is wrong, not the rows."""

AWAY = (Unavailable, SchemaMissing, InsertTooLate)
"""Wait and try again: down or full; or started before `hatua migrate` was; or so slow that the rows were no longer
ours when they arrived."""

T = TypeVar("T")


class Refused(msgspec.Struct, frozen=True):
    """A row that cannot be stored, and what the warehouse says of it."""

    row: EventRow
    problem: Exception


Until = Callable[[], int]
"""Asked before every insert: Unix ms until which its rows are ours to store. May raise when they are not any more."""


def store(writer: EventWriter, rows: Sequence[EventRow], links: Sequence[LinkRow], until: Until) -> bool:
    """Stores all of them at once; False when the warehouse refuses to. Raises AWAY: call it again with the same
    arguments, and nothing will double."""
    until_ms = until()
    try:
        writer.write(rows, links, until_ms)
    except AWAY:
        raise
    except Exception:  # the rows, or a defect of ours: `store_what_can_be` tells which
        return False
    return True


def store_what_can_be(writer: EventWriter, rows: Sequence[EventRow], until: Until) -> list[Refused]:
    """Stores all rows but those that the warehouse refuses, which it returns.

    Raises AWAY like `store`, and ProcessorHalted when it refuses more than 100 rows."""
    # An insert of several months that failed may have stored some of them.
    stored = writer.already_stored(
        [(row.project_id, row.event_id) for row in rows],
        min((row.received_at for row in rows), default=0),
        max((row.received_at for row in rows), default=0),
    )
    missing = [row for row in rows if (row.project_id, row.event_id) not in stored]
    refused = [Refused(row, problem) for row, problem in _search(missing, lambda some: writer.write(some, (), until()))]
    writer.refresh_sessions((row.project_id, row.session_id) for row in rows)
    return refused


def store_links_that_can_be(writer: EventWriter, links: Sequence[LinkRow]) -> int:
    """Stores all links but those that the warehouse refuses; returns how many it refused. Raises as above."""
    return len(_search(links, lambda some: writer.write((), some)))


def _search(items: Sequence[T], write: Callable[[Sequence[T]], None]) -> list[tuple[T, Exception]]:
    """Writes all items; halves what is refused until the bad ones stand alone."""
    bad: list[tuple[T, Exception]] = []
    waiting = [items] if items else []
    while waiting:
        some = waiting.pop()
        try:
            write(some)
        except AWAY:
            raise
        except Exception as problem:
            if len(some) > 1:
                half = len(some) // 2
                waiting += [some[half:], some[:half]]
                continue
            bad.append((some[0], problem))
            if len(bad) > MOST_REFUSED:
                raise ProcessorHalted(f"the warehouse refuses row after row; the last: {problem}") from problem
    return bad
