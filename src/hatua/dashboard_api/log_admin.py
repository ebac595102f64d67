"""What the ledger and the dead letters ask of the event log. The composition root hands in an engine's own."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from hatua.contract.record import DeadLetter, LedgerRow

PAGE = 100
"""Letters fetched at a time: at 80 KB each at most 8 MB in memory."""


class LogAdmin(Protocol):
    """The operator's side of the log. Blocking calls, safe from any thread; raise Unavailable when it is away."""

    def dead_letters(self, project_id: str | None, limit: int, after: str = "") -> list[DeadLetter]:
        """Oldest first; page with `after` = the last letter_id seen. Raises ValueError for an id that is none."""

    def replay(self, letter_ids: Sequence[str]) -> int:
        """Puts letters back into the log; returns how many there were."""

    def purge(self, letter_ids: Sequence[str]) -> int:
        """Deletes letters for good; returns how many there were."""

    def ledger(self, project_id: str | None, from_minute: int, to_minute: int) -> list[LedgerRow]:
        """One row per project and minute in [from, to) with any count."""


def letter_ids(log: LogAdmin, project_id: str) -> Iterator[str]:
    """Ids of all dead letters of the project, page by page."""
    after = ""
    while True:
        page = log.dead_letters(project_id, PAGE, after)
        yield from (one.letter_id for one in page)
        if len(page) < PAGE:
            return
        after = page[-1].letter_id
