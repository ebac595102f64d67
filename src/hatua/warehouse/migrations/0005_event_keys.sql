-- 64-bit keys of the ids that every question tells apart: reading and counting them takes a third of the time of the texts
-- (10 million events, distinct persons: 0.28 s of processor time instead of 0.87 s), for 2 bytes an event, since a session's
-- events lie side by side. Parts written before have them computed on reading.
ALTER TABLE events ADD COLUMN IF NOT EXISTS session_key UInt64 MATERIALIZED cityHash64(session_id);

ALTER TABLE events ADD COLUMN IF NOT EXISTS anonymous_key UInt64 MATERIALIZED cityHash64(anonymous_id);

-- 0: no user.
ALTER TABLE events ADD COLUMN IF NOT EXISTS user_key UInt64 MATERIALIZED if(user_id = '', 0, cityHash64(user_id));
