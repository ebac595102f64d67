-- Every event, once. Names are the contract's; docs/decisions says why these types, codecs and this order.
-- shard by cityHash64(project_id, session_id)
CREATE TABLE IF NOT EXISTS events
(
    tenant_id        LowCardinality(String),
    project_id       LowCardinality(String),
    event_id         String,
    message_id       String,
    event_name       LowCardinality(String),
    event_type       LowCardinality(String),
    timestamp        DateTime64(3, 'UTC'),
    received_at      DateTime64(3, 'UTC'),
    processed_at     DateTime64(3, 'UTC'),
    seq              UInt32,
    anonymous_id     String,
    user_id          String,
    session_id       String,
    channel          LowCardinality(String),
    external_id      String,
    handshake_token  String,
    campaign_id      String,
    page_path        String,
    page_url         String,
    page_title       String,
    page_referrer    String,
    page_search      String,
    utm_source       LowCardinality(String),
    utm_medium       LowCardinality(String),
    utm_campaign     LowCardinality(String),
    utm_term         LowCardinality(String),
    utm_content      LowCardinality(String),
    referrer_host    LowCardinality(String),
    referrer_channel LowCardinality(String),
    user_agent       String,
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
    INDEX by_anonymous_id anonymous_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_user_id user_id TYPE bloom_filter(0.01) GRANULARITY 1,

    PROJECTION days_of_session
    (
        SELECT project_id, session_id, toDate(timestamp), count()
        GROUP BY project_id, session_id, toDate(timestamp)
    )
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(timestamp)
ORDER BY (project_id, toDate(timestamp), session_id, timestamp, seq)
TTL toDate(timestamp) + toIntervalDay(least(retention_days, 36500)) DELETE WHERE retention_days > 0
SETTINGS non_replicated_deduplication_window = 1000;
