-- Visits that must be told by their events.
SELECT
    v.session_id AS session_id, v.entry_page AS entry_page, v.non_heartbeat_events AS non_heartbeat_events,
    toUnixTimestamp64Milli(v.ended_at) - toUnixTimestamp64Milli(v.started_at) AS duration,
    $listed_value AS listed_value, v.anonymous_ids AS anonymous_ids
FROM ($visits) AS v
WHERE NOT ($decided) AND $conditions
