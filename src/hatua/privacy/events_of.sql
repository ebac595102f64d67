-- In order of time, after a place in that order.
SELECT *, event_id, message_id
FROM events
WHERE project_id = {project:String} AND $whose
    AND (timestamp, seq, event_id)
        > (fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC'), {after_seq:UInt32}, {after_id:String})
ORDER BY timestamp, seq, event_id
LIMIT {limit:UInt32}
