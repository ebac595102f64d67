-- The sort keys hold toStartOfHour(timestamp) and toDate(started_at), which wrap around outside of their types and so are not
-- used for a range of the DateTime64 itself: without these a question about one day reads its whole month of the project.
ALTER TABLE events ADD INDEX IF NOT EXISTS by_timestamp timestamp TYPE minmax GRANULARITY 1;

ALTER TABLE events MATERIALIZE INDEX IF EXISTS by_timestamp;

ALTER TABLE sessions ADD INDEX IF NOT EXISTS by_started_at started_at TYPE minmax GRANULARITY 1;

ALTER TABLE sessions MATERIALIZE INDEX IF EXISTS by_started_at;
