"""Sharing the appends of one round trip out to the shards of the log on Redis."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from hatua.base.errors import Unavailable
from hatua.contract.record import Envelope, Tally
from hatua.streams.packing import pack_event, seen_id
from hatua.streams.redis_client import APPEND, Command, Shards

SCRIPT_EVENTS: Final = 512
"""Events of one script call: Redis does nothing else meanwhile, about 5 ms."""

LEDGER_KEEP_MS: Final = 35 * 86_400_000
"""How long the minutes of the ledger are kept in Redis."""

_ADMITTED: Final = ord("1")


class Append:
    """One append call, and the answers it waits for from one shard or several. Encoding here means that an event that
    cannot be encoded fails its own request, not the round trip it would have shared."""

    __slots__ = ("answers", "error", "future", "prepared", "tallies")

    def __init__(
        self,
        envelopes: Sequence[Envelope],
        tallies: Sequence[Tally],
        shards: Shards,
        future: "asyncio.Future[list[bool]]",
    ) -> None:
        self.prepared = [_prepare(e, shards) for e in envelopes]
        self.tallies = tallies
        self.future = future
        self.answers = [False] * len(envelopes)
        self.error: Unavailable | None = None

    def settle(self, error: Unavailable | None = None) -> None:
        """Answers the request, unless it was cancelled."""
        if self.future.done():
            return
        if error or self.error:
            self.future.set_exception(error or self.error or Unavailable())
        else:
            self.future.set_result(self.answers)


_Prepared = tuple[int, tuple[str, int], int, int, bytes]
"""shard, (project, minute), id, bucket, packed event."""


def _prepare(envelope: Envelope, shards: Shards) -> _Prepared:
    project_id, received_at = envelope.project_id, envelope.received_at
    digest = seen_id(project_id, envelope.event_id)
    return (
        shards.of(project_id, envelope.shard_key),
        (project_id, received_at // 60_000),
        int.from_bytes(digest[:8], "big", signed=True),
        int.from_bytes(digest[8:11], "big"),
        pack_event((project_id, envelope.event_id, received_at, envelope.body)),
    )


class Batch:
    """What one script call carries to one shard."""

    __slots__ = ("appends", "events", "places", "received", "rejected", "rows", "shard")

    def __init__(self, shard: int) -> None:
        self.shard = shard
        self.rows: dict[tuple[str, int], int] = {}  # project, minute -> row number from 1
        self.received: list[int] = []  # by row
        self.rejected: list[Any] = []  # project, minute, reason, events, ...
        self.events: list[Any] = []  # id, bucket, row, packed event, ...
        self.places: list[tuple[Append, int]] = []  # which answer of which append each event is
        self.appends: dict[Append, None] = {}  # all that have a part in it, in order

    def row(self, key: tuple[str, int]) -> int:
        """The number of the ledger row."""
        number = self.rows.get(key)
        if number is None:
            number = self.rows[key] = len(self.rows) + 1
            self.received.append(0)
        return number

    def command(self, shards: Shards, now_ms: int, window_ms: int) -> Command:
        """The script call; `now_ms` 0: by the server's clock."""
        rows: list[Any] = []
        for key, received in zip(self.rows, self.received, strict=True):
            rows += (*key, received)
        head = (now_ms, window_ms, LEDGER_KEEP_MS, len(self.rows), *rows)
        rejected = (len(self.rejected) // 4, *self.rejected)
        return APPEND.on(shards.streams[self.shard], *head, *rejected, len(self.places), *self.events)

    def answered(self, answers: bytes) -> None:
        """Notes for each event whether it was admitted."""
        for (append, index), answer in zip(self.places, answers, strict=True):
            append.answers[index] = answer == _ADMITTED

    def failed(self, error: Unavailable) -> None:
        """Notes that no event of this batch is in the log."""
        for append in self.appends:
            append.error = error


def share_out(appends: Sequence[Append]) -> list[Batch]:
    """Batches in the order in which they must be sent. Of a tally, each shard counts the events it gets, so that the
    ledger stays true if one shard fails; the rest (refused events) goes along with the last event, or to shard 0."""
    batches: list[Batch] = []
    filling: dict[int, Batch] = {}

    def batch_for(shard: int) -> Batch:
        batch = filling.get(shard)
        if batch is None or len(batch.places) >= SCRIPT_EVENTS:
            batch = filling[shard] = Batch(shard)
            batches.append(batch)
        return batch

    for append in appends:
        untold = {(t.project_id, t.minute): t.received for t in append.tallies}
        shard = 0
        for index, (shard, key, id_, bucket, packed) in enumerate(append.prepared):
            batch = batch_for(shard)
            row = batch.row(key)
            if untold.get(key, 0) > 0:
                untold[key] -= 1
                batch.received[row - 1] += 1
            batch.events += (id_, bucket, row, packed)
            batch.places.append((append, index))
            batch.appends[append] = None
        for tally in append.tallies:
            rest = untold.pop((tally.project_id, tally.minute), 0)
            if not rest and not tally.rejected:
                continue
            batch = batch_for(shard)
            batch.received[batch.row((tally.project_id, tally.minute)) - 1] += rest
            for reason, events in tally.rejected.items():
                batch.rejected += (tally.project_id, tally.minute, str(reason), events)
            batch.appends[append] = None
    return batches
