-- What a session did, told by its row, so that questions about pages, event names and times of day need no look at single
-- events: one visit is a twelfth of the rows (docs/decisions, "analytics"). Each kind is told in parallel arrays, in the
-- order of its values: the distinct values, with how many events, and how many page views, each has. quarters: quarters of
-- an hour since 1970, since every zone's hours begin at one. All are empty for a session of 1,000 events or more, and in
-- rows from before this migration until `hatua rebuild`: such sessions are told by their events.
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS pages Array(LowCardinality(String));

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS page_events Array(UInt32);

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS page_views Array(UInt32);

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS names Array(LowCardinality(String));

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS name_events Array(UInt32);

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS name_views Array(UInt32);

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS quarters Array(Int32);

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS quarter_events Array(UInt32);

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS quarter_views Array(UInt32);

-- 64-bit keys of the ids, as of events.
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS session_key UInt64 MATERIALIZED cityHash64(session_id);

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS user_keys Array(UInt64) MATERIALIZED arrayMap(id -> cityHash64(id), user_ids);

ALTER TABLE sessions ADD COLUMN IF NOT EXISTS anonymous_keys Array(UInt64) MATERIALIZED arrayMap(id -> cityHash64(id), anonymous_ids);

ALTER TABLE identity_links ADD COLUMN IF NOT EXISTS anonymous_key UInt64 MATERIALIZED cityHash64(anonymous_id);

ALTER TABLE identity_links ADD COLUMN IF NOT EXISTS user_key UInt64 MATERIALIZED cityHash64(user_id);
