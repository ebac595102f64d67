SELECT DISTINCT session_id
FROM events
WHERE project_id = {project:String} AND $noted AND session_id != ''
