-- Sessions with an event seen, each counted once a group, with what its whole visit was.
SELECT
    m.grouped AS grouped,
    count() AS sessions,
    sum(dateDiff('millisecond', v.started_at, v.ended_at)) AS duration_ms,
    quantileExactInclusive(0.5)(dateDiff('millisecond', v.started_at, v.ended_at)) AS median_ms,
    countIf($entered) AS entered,
    countIf($entered AND v.non_heartbeat_events = 1) AS bounces
FROM (SELECT DISTINCT grouped, session_id FROM ($seen)) AS m
INNER JOIN ($visits) AS v ON v.session_id = m.session_id
GROUP BY grouped
