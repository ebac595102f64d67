-- Every event, once. Why these types, codecs and this order, with figures: docs/decisions, "warehouse schema".
-- An id that is a UUID as text (36 characters, lower case) is kept as the UUID, any other as it is; readers use event_id.
-- Partitions are months, of the years before 2024 years: an import of decades then makes few parts a batch.
-- A session's events lie side by side within their hour: that is what makes the columns small and session answers cheap.
-- shard by cityHash64(project_id, session_id)
CREATE TABLE IF NOT EXISTS events
(
    tenant_id        LowCardinality(String),
    project_id       LowCardinality(String),
    event_uuid       UUID CODEC(NONE),
    event_text       String,
    event_id         String ALIAS if(event_uuid != toUUID('00000000-0000-0000-0000-000000000000'), toString(event_uuid), event_text),
    message_is_event Bool,
    message_uuid     UUID,
    message_text     String,
    message_id       String ALIAS multiIf(
                         message_is_event, event_id,
                         message_uuid != toUUID('00000000-0000-0000-0000-000000000000'), toString(message_uuid),
                         message_text),
    event_name       LowCardinality(String),
    event_type       LowCardinality(String),
    timestamp        DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    received_at      DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    processed_at     DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    seq              UInt32,
    anonymous_id     String,
    user_id          String,
    session_id       String,
    channel          LowCardinality(String),
    external_id      String,
    handshake_token  String,
    campaign_id      String,
    page_path        LowCardinality(String),
    page_url         String CODEC(ZSTD(3)),
    page_title       LowCardinality(String),
    page_referrer    LowCardinality(String),
    page_search      String,
    utm_source       LowCardinality(String),
    utm_medium       LowCardinality(String),
    utm_campaign     LowCardinality(String),
    utm_term         LowCardinality(String),
    utm_content      LowCardinality(String),
    referrer_host    LowCardinality(String),
    referrer_channel LowCardinality(String),
    user_agent       LowCardinality(String),
    device_type      LowCardinality(String),
    os               LowCardinality(String),
    os_version       LowCardinality(String),
    browser          LowCardinality(String),
    browser_version  LowCardinality(String),
    country_code     LowCardinality(String),
    region           LowCardinality(String),
    city             LowCardinality(String),
    locale           LowCardinality(String),
    screen_width     UInt16,
    screen_height    UInt16,
    journey_start    Bool,
    journey_end      Bool,
    properties       String,
    context          String,
    library_name     LowCardinality(String),
    library_version  LowCardinality(String),
    ip               String,
    retention_days   UInt16,

    INDEX by_received_at received_at TYPE minmax GRANULARITY 1,
    INDEX by_processed_at processed_at TYPE minmax GRANULARITY 1,
    INDEX by_anonymous_id anonymous_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_user_id user_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_session_id session_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_handshake_token handshake_token TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY if(timestamp < toDateTime64('2024-01-01 00:00:00', 3, 'UTC'), toYear(timestamp) * 100, toYYYYMM(timestamp))
PRIMARY KEY (project_id, toStartOfHour(timestamp), session_id)
ORDER BY (project_id, toStartOfHour(timestamp), session_id, timestamp, seq)
TTL toDate(timestamp) + toIntervalDay(least(retention_days, 36500)) DELETE WHERE retention_days > 0
SETTINGS
    default_compression_codec = 'ZSTD(1)',
    non_replicated_deduplication_window = 10000,
    fsync_after_insert = 1,
    fsync_part_directory = 1;
