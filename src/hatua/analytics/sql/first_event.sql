-- The sessions whose first event meets a condition. A first event may lie before the range, never before its visit.
SELECT e.session_id
FROM events AS e
WHERE e.project_id = {project:String}
  AND e.timestamp < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND e.timestamp >= (SELECT min(started_at) FROM ($visits))
  AND (e.session_id, e.event_id) IN (SELECT session_id, first_event_id FROM ($visits))
  AND $condition
