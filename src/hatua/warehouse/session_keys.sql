-- The next sessions in the order of the sort key of session_hours.
SELECT DISTINCT project_id, session_id
FROM session_hours
WHERE (project_id, session_id) > ({project_id:String}, {session_id:String})
ORDER BY project_id, session_id
LIMIT {limit:UInt32}
