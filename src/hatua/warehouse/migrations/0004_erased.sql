-- What was deleted on purpose, without saying whose it was: the ledger counts it, and deletions find their rows by it, so
-- that no statement that ClickHouse keeps (a mutation) ever holds a person's id. One row a deleted event ('event': a person
-- was erased; 'expired': its project's days were over), link or session. minute: Unix time // 60 of the receipt; 0 for links
-- and sessions. key: sipHash64 of the id. job: one erasure, one sweep.
-- shard by cityHash64(project_id)
CREATE TABLE IF NOT EXISTS erased
(
    project_id LowCardinality(String),
    kind       LowCardinality(String),
    minute     UInt32 CODEC(Delta(4), ZSTD(1)),
    key        UInt64 CODEC(NONE),
    job        LowCardinality(String),
    erased_at  DateTime('UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (project_id, kind, minute, key)
TTL
    erased_at + toIntervalDay(7) DELETE WHERE kind IN ('link', 'session'),
    toDateTime(minute * 60, 'UTC') + toIntervalDay(36) DELETE WHERE kind = 'expired'
SETTINGS
    default_compression_codec = 'ZSTD(1)',
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- A day later than the days of the row: the sweep that also writes the ledger comes first (privacy/upkeep.py), and this is
-- what happens where no sweep runs.
ALTER TABLE events
    MODIFY TTL toDate(timestamp) + toIntervalDay(least(retention_days, 36500) + 1) DELETE WHERE retention_days > 0;
