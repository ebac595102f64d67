-- How long the visits of each group took, all of each.
SELECT
    m.grouped AS grouped,
    count() AS timed,
    sum(dateDiff('millisecond', v.started_at, v.ended_at)) AS duration_ms,
    quantileExactInclusive(0.5)(dateDiff('millisecond', v.started_at, v.ended_at)) AS median_ms
FROM (SELECT DISTINCT grouped, session_key FROM ($seen)) AS m
INNER JOIN ($visits) AS v ON v.session_key = m.session_key
GROUP BY grouped
