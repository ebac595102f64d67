-- The earliest event of a project by its own time. The first day is found through the sort key, without a scan.
SELECT event_name, timestamp, library_name, library_version
FROM events
WHERE project_id = {project:String}
  AND toDate(timestamp) = (
      SELECT toDate(timestamp)
      FROM events
      WHERE project_id = {project:String}
      ORDER BY project_id, toDate(timestamp)
      LIMIT 1
  )
ORDER BY timestamp, seq, event_id
LIMIT 1
