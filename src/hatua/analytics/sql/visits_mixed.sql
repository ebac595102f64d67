-- The same, and those that turn out to be of two persons.
SELECT
    v.session_id AS session_id, v.entry_page AS entry_page, v.non_heartbeat_events AS non_heartbeat_events,
    toUnixTimestamp64Milli(v.ended_at) - toUnixTimestamp64Milli(v.started_at) AS duration,
    $listed_value AS listed_value, v.anonymous_ids AS anonymous_ids
FROM ($visits) AS v
LEFT ANY JOIN ($links) AS l ON l.anonymous_key = v.anonymous_keys[1]
WHERE $conditions AND
(
    NOT ($decided)
    OR (notEmpty(v.user_keys) AND notEmpty(v.anonymous_keys)
        AND if(l.linked_key != 0, l.linked_key, v.anonymous_keys[1]) != v.user_keys[1])
)
