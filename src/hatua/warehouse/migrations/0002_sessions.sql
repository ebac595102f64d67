-- In which hours a session has events: what refresh_sessions.sql looks up before it reads events. Written before the events
-- themselves, so no stored event is ever without its hour; an hour without events does no harm. Small granules, since it
-- is only ever asked for single sessions.
-- shard by cityHash64(project_id, session_id)
CREATE TABLE IF NOT EXISTS session_hours
(
    project_id     LowCardinality(String),
    session_id     String,
    hour           DateTime('UTC'),
    retention_days UInt16
)
ENGINE = ReplacingMergeTree
ORDER BY (project_id, session_id, hour)
TTL toDate(hour) + toIntervalDay(least(retention_days, 36500)) DELETE WHERE retention_days > 0
SETTINGS
    default_compression_codec = 'ZSTD(1)',
    index_granularity = 256,
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- Sessions, always recomputed from events (refresh_sessions.sql), never incremented. Read them with FINAL.
-- version is the number of events the row was computed from: of two snapshots of one session the one that saw more wins,
-- whatever the clocks say and however the writers raced. A session whose start moved to another day leaves is_deleted rows.
-- shard by cityHash64(project_id, session_id)
CREATE TABLE IF NOT EXISTS sessions
(
    tenant_id            LowCardinality(String),
    project_id           LowCardinality(String),
    session_id           String,
    started_at           DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    ended_at             DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    events               UInt32,
    pageviews            UInt32,
    non_heartbeat_events UInt32,
    entry_page           LowCardinality(String),
    exit_page            LowCardinality(String),
    channel              LowCardinality(String),
    campaign_id          String,
    utm_source           LowCardinality(String),
    utm_medium           LowCardinality(String),
    utm_campaign         LowCardinality(String),
    utm_term             LowCardinality(String),
    utm_content          LowCardinality(String),
    page_referrer        LowCardinality(String),
    referrer_host        LowCardinality(String),
    referrer_channel     LowCardinality(String),
    device_type          LowCardinality(String),
    os                   LowCardinality(String),
    os_version           LowCardinality(String),
    browser              LowCardinality(String),
    browser_version      LowCardinality(String),
    country_code         LowCardinality(String),
    region               LowCardinality(String),
    city                 LowCardinality(String),
    locale               LowCardinality(String),
    user_ids             Array(String),
    anonymous_ids        Array(String),
    first_event_id       String,
    retention_days       UInt16,
    version              UInt64,
    is_deleted           UInt8,

    INDEX by_session_id session_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_ended_at ended_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY if(started_at < toDateTime64('2024-01-01 00:00:00', 3, 'UTC'), toYear(started_at) * 100, toYYYYMM(started_at))
ORDER BY (project_id, toDate(started_at), session_id)
TTL toDate(ended_at) + toIntervalDay(least(retention_days, 36500)) DELETE WHERE retention_days > 0
SETTINGS
    default_compression_codec = 'ZSTD(1)',
    fsync_after_insert = 1,
    fsync_part_directory = 1;
