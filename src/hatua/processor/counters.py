"""What the processor has done since it started, for metrics and readiness."""

import msgspec


class Counters(msgspec.Struct):
    """Written by the processor's thread, read by any: each field is one atomic assignment. Times are Unix ms."""

    processed: int = 0
    """Events taken off the log for good: inserted + duplicates + dead."""
    inserted: int = 0
    duplicates: int = 0
    """Events that the log delivered again and the warehouse already held."""
    dead: int = 0
    erased: int = 0
    """Events that were not stored, or not for long, because their person was erased."""
    links: int = 0
    batches: int = 0
    retries: int = 0
    """Waits because the warehouse, the log or the metadata store was unavailable."""
    store_away: bool = False
    """It waits for one of them now, and tries again."""
    lag_ms: int = 0
    """Age of the oldest event of the last batch when it had been inserted; 0 once the log was found empty."""
    last_flush_at: int = 0
    halted: bool = False
    """`run` ended by an error: events wait in the log, and a human is needed."""
