SELECT DISTINCT session_id
FROM events
WHERE project_id = {project:String} AND $whose AND session_id != ''
