-- Which of these sessions have the goal.
SELECT DISTINCT session_id
FROM events
WHERE project_id = {project:String}
  AND session_id IN {sessions:Array(String)}
  AND timestamp >= fromUnixTimestamp64Milli({first_ms:Int64}, 'UTC')
  AND timestamp <= fromUnixTimestamp64Milli({last_ms:Int64}, 'UTC')
  AND event_name = {goal:String}
