SELECT *
FROM sessions FINAL
WHERE project_id = {project:String}
    AND session_id IN (SELECT session_id FROM events WHERE project_id = {project:String} AND $whose)
ORDER BY started_at, session_id
