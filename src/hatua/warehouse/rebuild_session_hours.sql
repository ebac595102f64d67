INSERT INTO session_hours (project_id, session_id, hour, retention_days)
SELECT project_id, session_id, toStartOfHour(timestamp) AS hour, max(retention_days)
FROM events
WHERE session_id != ''
GROUP BY project_id, session_id, hour
