-- What such a visit's row tells.
SELECT
    $values AS values, $value_events AS value_events, $value_views AS value_views,
    v.session_key AS session_key, v.entry_page AS entry_page, v.non_heartbeat_events AS non_heartbeat_events,
    toUnixTimestamp64Milli(v.ended_at) - toUnixTimestamp64Milli(v.started_at) AS duration,
    v.user_keys[1] AS user_key, v.anonymous_keys[1] AS anonymous_key,
    true AS told, true AS first,
    has(v.names, {goal:String}) AS achieved
FROM ($visits) AS v
WHERE $decided AND $conditions AND $unlisted
