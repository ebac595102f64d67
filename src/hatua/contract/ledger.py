"""The ledger's equation: received = stored + duplicate + rejected + pending + dead, per project and minute."""

from collections.abc import Iterable

import msgspec

from hatua.contract.record import LedgerRow


class LedgerLine(msgspec.Struct, frozen=True):
    """One project and minute (Unix time // 60 of `received_at`), both sides joined. `gap` is what is missing (positive)
    or too much (negative); 0 is the promise."""

    project_id: str
    minute: int
    received: int
    stored: int
    duplicate: int
    rejected: dict[str, int]
    pending: int
    dead: int
    gap: int


def join(log: Iterable[LedgerRow], stored: Iterable[tuple[str, int, int]]) -> list[LedgerLine]:
    """The log's counts beside the warehouse's `(project_id, minute, stored)`; oldest minute first.

    Read the log before the warehouse: an event that moves in between is then counted twice and `gap` shows it as
    negative, never as missing; a second look settles it.
    """
    sides: dict[tuple[int, str], LedgerRow] = {(row.minute, row.project_id): row for row in log}
    counts = {(minute, project_id): n for project_id, minute, n in stored}
    return [_line(key, sides.get(key), counts.get(key, 0)) for key in sorted(sides.keys() | counts.keys())]


def _line(key: tuple[int, str], row: LedgerRow | None, stored: int) -> LedgerLine:
    minute, project_id = key
    row = row or LedgerRow(project_id, minute, 0, 0, {}, 0, 0)
    gap = row.received - stored - row.duplicate - sum(row.rejected.values()) - row.pending - row.dead
    return LedgerLine(project_id, minute, row.received, stored, row.duplicate, row.rejected, row.pending, row.dead, gap)
