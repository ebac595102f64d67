-- One session by its id.
SELECT *
FROM sessions FINAL
WHERE project_id = {project:String} AND session_id = {session_id:String}
