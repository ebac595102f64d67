-- Which sessions come next after a place in the order, latest start first; with how many there are in all.
SELECT session_id, toUnixTimestamp64Milli(started_at) AS started_ms, total
FROM (SELECT session_id, started_at, count() OVER () AS total FROM ($chosen))
WHERE $after
ORDER BY started_at DESC, session_id
LIMIT {limit:UInt32}
