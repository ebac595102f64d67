"""What the durable log holds and counts. The log never looks inside `body`."""

import msgspec


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """One event on its way into the log.

    (`project_id`, `event_id`) is admitted once per dedup window. `shard_key` is the anonymous_id: all events of one
    (project, anonymous_id) meet the same shard and so the same dedup set, and keep their order.
    """

    project_id: str
    event_id: str
    shard_key: str
    received_at: int
    body: bytes


class Tally(msgspec.Struct, frozen=True, gc=False):
    """What one request adds to the ledger: all `received` of one project in one minute, and those rejected by reason.

    Duplicates are counted by the log itself, in the same transaction as the append. `minute` is Unix time // 60,
    of the server's clock at receipt: the same clock reading as the envelopes' `received_at`.
    """

    project_id: str
    minute: int
    received: int
    rejected: dict[str, int] = {}


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """One event on its way out of the log. `maybe_seen`: it may have been read before (restart, reclaimed from a
    dead consumer, re-delivered), so the reader must check the warehouse before it inserts."""

    position: str
    project_id: str
    event_id: str
    received_at: int
    body: bytes
    maybe_seen: bool = False


class DeadLetter(msgspec.Struct, frozen=True, gc=False):
    """One event that could not be processed, with everything needed to replay it."""

    letter_id: str
    project_id: str
    event_id: str
    received_at: int
    failed_at: int
    reason: str
    error: str
    body: bytes


class LogDepth(msgspec.Struct, frozen=True, gc=False):
    """`waiting`: admitted and not yet acknowledged. `oldest_received_at`: of those, Unix ms; 0 when empty."""

    waiting: int
    oldest_received_at: int
    dead_letters: int


class LedgerRow(msgspec.Struct, frozen=True, gc=False):
    """The log's side of the ledger for one project and minute. `stored` is counted in the warehouse, not here.

    received = duplicate + sum(rejected) + admitted; admitted = stored + pending + dead.
    """

    project_id: str
    minute: int
    received: int
    duplicate: int
    rejected: dict[str, int]
    pending: int
    dead: int
