-- The sessions of events that are already stored.
SELECT project_id, event_id, session_id
FROM events
WHERE received_at BETWEEN fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND project_id IN {projects:Array(String)}
    AND event_id IN {ids:Array(String)}
