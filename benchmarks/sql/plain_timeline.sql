SELECT *
FROM events
WHERE project_id = 'bench' AND session_id = {session:String}
ORDER BY timestamp, seq, event_id
