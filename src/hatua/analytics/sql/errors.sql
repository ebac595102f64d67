SELECT
    grouped AS code,
    argMax(message, (ts, seq, event_id)) AS message,
    count() AS events,
    uniqExact(session_id) AS sessions,
    uniqExact(person) AS people,
    min(ts) AS first_ms,
    max(ts) AS last_ms,
    count() OVER () AS total
FROM ($seen)
GROUP BY code
ORDER BY events DESC, code
LIMIT {limit:UInt32} OFFSET {offset:UInt32}
