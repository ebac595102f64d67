-- The sessions that have an event in some hours of a project.
SELECT DISTINCT project_id, session_id
FROM events
WHERE project_id = {project:String}
    AND toStartOfHour(timestamp) >= {from:DateTime('UTC')}
    AND toStartOfHour(timestamp) <= {to:DateTime('UTC')}
    AND session_id != ''
