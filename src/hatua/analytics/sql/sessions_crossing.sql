-- Sessions that started before the range and have an event in it.
SELECT session_id
FROM events
WHERE project_id = {project:String}
  AND timestamp >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND timestamp < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND session_id IN
  (
      SELECT session_id FROM ($visits) WHERE started_at < fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  )
