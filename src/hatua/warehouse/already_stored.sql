SELECT project_id, event_id
FROM events
WHERE received_at BETWEEN fromUnixTimestamp64Milli({received_from:Int64}, 'UTC')
        AND fromUnixTimestamp64Milli({received_to:Int64}, 'UTC')
    AND project_id IN {projects:Array(String)}
    AND (event_uuid IN {uuids:Array(UUID)} OR event_text IN {texts:Array(String)})
