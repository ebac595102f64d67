-- The visits that may have an event in the range.
SELECT *, cityHash64(session_id) AS session_key
FROM sessions FINAL
WHERE project_id = {project:String}
  AND started_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND ended_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
