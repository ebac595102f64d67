-- Of some sessions, those whose row does not say what their events say.
SELECT session_id
FROM
(
    SELECT session_id, toUInt64(events) AS shown, 0 AS counted
    FROM sessions FINAL
    WHERE project_id = {project:String} AND session_id IN {sessions:Array(String)}
    UNION ALL
    SELECT session_id, 0, count()
    FROM events
    WHERE project_id = {project:String} AND session_id IN {sessions:Array(String)}
    GROUP BY session_id
)
GROUP BY session_id
HAVING sum(shown) != sum(counted)
