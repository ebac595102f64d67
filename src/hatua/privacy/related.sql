-- Other users of the person's browsers.
SELECT DISTINCT user_id
FROM
(
    SELECT user_id FROM identity_links FINAL
    WHERE project_id = {project:String} AND anonymous_id IN {anonymous:Array(String)}
    UNION ALL
    SELECT user_id FROM events
    WHERE project_id = {project:String} AND anonymous_id IN {anonymous:Array(String)} AND user_id != ''
)
WHERE user_id NOT IN {users:Array(String)}
ORDER BY user_id
LIMIT 100
