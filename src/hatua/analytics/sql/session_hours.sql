-- Where the events of some sessions are: the sort key of events begins so, and only those granules are read.
SELECT project_id, hour, session_id
FROM session_hours
WHERE project_id = {project:String} AND session_id IN ($sessions)
