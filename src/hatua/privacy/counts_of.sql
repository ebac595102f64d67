SELECT
    count() AS events,
    uniqExact(session_id) AS sessions,
    toUnixTimestamp64Milli(min(timestamp)) AS first_ms,
    toUnixTimestamp64Milli(max(timestamp)) AS last_ms
FROM events
WHERE project_id = {project:String} AND $whose
