-- The visits that may have an event in the range.
SELECT *, session_key, user_keys, anonymous_keys
FROM sessions FINAL
WHERE project_id = {project:String}
  AND started_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND ended_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
