-- Whose session it is: of a person's events, first the sessions are found, a twelfth of the rows, and then by their hours
-- the events (analytics/sql/person_sessions.sql). In 100 million events of 8.3 million sessions, the filters on events let
-- 120 granules through for each id; these let one or two through, for 2 bytes an id.
ALTER TABLE sessions ADD INDEX IF NOT EXISTS by_user_ids user_ids TYPE bloom_filter(0.001) GRANULARITY 1;

ALTER TABLE sessions MATERIALIZE INDEX IF EXISTS by_user_ids;

ALTER TABLE sessions ADD INDEX IF NOT EXISTS by_anonymous_ids anonymous_ids TYPE bloom_filter(0.001) GRANULARITY 1;

ALTER TABLE sessions MATERIALIZE INDEX IF EXISTS by_anonymous_ids;

-- The sessions that have more ids than their row keeps can be anyone's.
ALTER TABLE sessions ADD INDEX IF NOT EXISTS by_most_ids greatest(length(user_ids), length(anonymous_ids)) TYPE minmax GRANULARITY 1;

ALTER TABLE sessions MATERIALIZE INDEX IF EXISTS by_most_ids;

-- Which ids were linked to a user; the sort key only tells the other way round.
ALTER TABLE identity_links ADD INDEX IF NOT EXISTS by_user_id user_id TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE identity_links MATERIALIZE INDEX IF EXISTS by_user_id;
