"""The EventLog port. Two sides, since they live in different processes on the server rung: writers are asyncio code in
the collector, readers are a plain thread in the processor. An engine implements both; tests/contracts/ proves each
engine with one abstract suite."""

from collections.abc import Sequence
from typing import Final, Protocol

from hatua.base.errors import Unavailable
from hatua.contract.record import DeadLetter, Delivery, Envelope, LedgerRow, LogDepth, Tally

FOR_EVER_MS: Final = 2**62
"""Later than any time."""


class LogUnavailable(Unavailable):
    """The log cannot be reached or written: nothing of the append is durable, and nothing of it will appear later
    unless the client sends it again (an append whose answer was lost is found by dedup)."""


class LogFull(Unavailable):
    """The log holds as many unacknowledged events as its bound allows (or the disk is full): nothing was appended."""


class LogWriter(Protocol):
    """The collector's side. All methods are coroutines of one event loop and may be called concurrently."""

    async def append(self, envelopes: Sequence[Envelope], tallies: Sequence[Tally]) -> list[bool]:
        """Admits events once. Returns, in order, True for admitted and False for a duplicate (seen in the dedup window,
        or earlier in this very call). Dedup check, append and ledger counts are one atomic step; it returns only when
        that step is durable. Concurrent calls share a commit. Empty envelopes with a tally count refused events.
        Raises LogUnavailable or LogFull: then nothing was done."""

    async def depth(self) -> LogDepth:
        """How much is waiting. Cheap enough to call on every readiness probe."""

    async def close(self) -> None:
        """Waits for appends under way, then lets go of the store."""


class LogReader(Protocol):
    """The processor's side: blocking calls from one thread. Each event is owned by one consumer at a time."""

    def read(self, max_events: int, block_ms: int) -> list[Delivery]:
        """The next events nobody has read, in append order per shard; waits up to block_ms for the first one.
        After a restart, the events that were read but not acknowledged come first, marked `maybe_seen`; so do, where
        consumers own whole shards (Redis), those of a shard whose owner has been silent for longer than its lease."""

    def claim_stale(self, min_idle_ms: int, max_events: int) -> list[Delivery]:
        """Takes over events that another consumer read at least min_idle_ms ago and did not acknowledge, marked
        `maybe_seen`; where consumers own whole shards, only from a consumer whose lease has run out."""

    def acknowledge(self, positions: Sequence[str]) -> None:
        """Called after the insert returned: these events leave the log for good. Idempotent."""

    def dead_letter(self, letters: Sequence[tuple[Delivery, str, str]]) -> None:
        """(delivery, reason, error): moves events to the dead letters and acknowledges them, in one atomic step."""

    def owned_until(self, positions: Sequence[str]) -> int:
        """Unix ms, by this process's clock, until which these events are surely in nobody else's hands; 0 when one of
        them is not in ours any more. What is stored of them must be stored before that. Never blocks."""

    def give_back(self) -> None:
        """Lets go of everything that was read and neither acknowledged nor buried: it is delivered again, marked
        `maybe_seen`, to this reader or another. Never blocks."""

    def close(self) -> None:
        """Lets go of the store. Unacknowledged events stay in the log."""


class LogAdmin(Protocol):
    """The operator's side: dead letters and the ledger. Blocking calls, safe from any thread and any process."""

    def dead_letters(self, project_id: str | None, limit: int, after: str = "") -> list[DeadLetter]:
        """Oldest first; page with `after` = the last letter_id seen."""

    def replay(self, letter_ids: Sequence[str]) -> int:
        """Puts dead letters back at the end of the log (`maybe_seen`), in one atomic step each; returns how many."""

    def purge(self, letter_ids: Sequence[str]) -> int:
        """Deletes dead letters for good; the ledger goes on counting them as dead. Returns how many."""

    def ledger(self, project_id: str | None, from_minute: int, to_minute: int) -> list[LedgerRow]:
        """One row per project and minute in [from, to) with any count; oldest first."""
