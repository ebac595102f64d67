-- Visits instead of events: one row a visit (of buckets: a visit and bucket) with what it did in the range. A visit that
-- lies inside is its row of the table; of one that crosses an edge, the events inside are counted.
SELECT
    $grouped_inside AS grouped,
    session_id,
    events, pageviews, non_heartbeat_events,
    dateDiff('millisecond', started_at, ended_at) AS duration,
    user_ids, anonymous_ids
FROM ($visits) AS v
WHERE $inside AND $conditions
