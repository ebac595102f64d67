-- anonymous_id belongs to user_id: one row a pair, that of the highest version (see rows.link_version). Read it with FINAL.
-- shard by cityHash64(project_id, anonymous_id)
CREATE TABLE IF NOT EXISTS identity_links
(
    tenant_id    LowCardinality(String),
    project_id   LowCardinality(String),
    anonymous_id String,
    user_id      String,
    linked_at    DateTime64(3, 'UTC'),
    seq          UInt32,
    source       LowCardinality(String),
    event_id     String,
    revoked      Bool,
    version      UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (project_id, anonymous_id, user_id)
SETTINGS
    default_compression_codec = 'ZSTD(1)',
    fsync_after_insert = 1,
    fsync_part_directory = 1;
