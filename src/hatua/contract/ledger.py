"""The ledger's equation: received = stored + duplicate + rejected + pending + dead + erased, per project and
minute."""

from collections.abc import Iterable

import msgspec

from hatua.contract.record import LedgerRow


class LedgerLine(msgspec.Struct, frozen=True):
    """One project and minute (Unix time // 60 of `received_at`), both sides joined. `gap` is what is missing (positive)
    or too much (negative); 0 is the promise. `erased`: deleted on purpose, as a person was erased or a retention was
    over."""

    project_id: str
    minute: int
    received: int
    stored: int
    duplicate: int
    rejected: dict[str, int]
    pending: int
    dead: int
    gap: int
    erased: int = 0


def join(log: Iterable[LedgerRow], stored: Iterable[tuple[str, int, int, int]]) -> list[LedgerLine]:
    """The log's counts beside the warehouse's `(project_id, minute, stored, erased)`; oldest minute first.

    Read the log before the warehouse: an event that moves in between is then counted twice and `gap` shows it as
    negative, never as missing; a second look settles it.
    """
    sides: dict[tuple[int, str], LedgerRow] = {(row.minute, row.project_id): row for row in log}
    counts = {(minute, project_id): (n, erased) for project_id, minute, n, erased in stored}
    return [_line(key, sides.get(key), *counts.get(key, (0, 0))) for key in sorted(sides.keys() | counts.keys())]


def settled(looks: Iterable[list[LedgerLine]]) -> list[LedgerLine]:
    """The same minutes looked at again until none shows a gap, or `looks` end; a line that balanced once stays as it
    was then. An event on its way from the log to the warehouse shows as a gap at one look, a lost one at every look."""
    lines: dict[tuple[int, str], LedgerLine] = {}
    for look in looks:
        for line in look:
            key = (line.minute, line.project_id)
            if key not in lines or lines[key].gap:
                lines[key] = line
        if not any(line.gap for line in lines.values()):
            break
    return [lines[key] for key in sorted(lines)]


def totals(lines: Iterable[LedgerLine]) -> LedgerLine:
    """The sum of all lines, whatever their project; `minute` is 0."""
    return _sum(lines, "", 0)


def by_hour(lines: Iterable[LedgerLine]) -> list[LedgerLine]:
    """One line a project and hour of UTC; `minute` is the hour's first. A gap of one minute and a surplus of another
    would hide each other here: ask the minutes."""
    hours: dict[tuple[int, str], list[LedgerLine]] = {}
    for line in lines:
        hours.setdefault((line.minute // 60 * 60, line.project_id), []).append(line)
    return [_sum(hours[key], key[1], key[0]) for key in sorted(hours)]


def _sum(lines: Iterable[LedgerLine], project_id: str, minute: int) -> LedgerLine:
    received = stored = duplicate = pending = dead = gap = erased = 0
    rejected: dict[str, int] = {}
    for line in lines:
        received += line.received
        stored += line.stored
        duplicate += line.duplicate
        pending += line.pending
        dead += line.dead
        gap += line.gap
        erased += line.erased
        for reason, events in line.rejected.items():
            rejected[reason] = rejected.get(reason, 0) + events
    return LedgerLine(project_id, minute, received, stored, duplicate, rejected, pending, dead, gap, erased)


def _line(key: tuple[int, str], row: LedgerRow | None, stored: int, erased: int) -> LedgerLine:
    minute, project_id = key
    row = row or LedgerRow(project_id, minute, 0, 0, {}, 0, 0)
    gap = row.received - stored - row.duplicate - sum(row.rejected.values()) - row.pending - row.dead - erased
    return LedgerLine(
        project_id, minute, row.received, stored, row.duplicate, row.rejected, row.pending, row.dead, gap, erased
    )
