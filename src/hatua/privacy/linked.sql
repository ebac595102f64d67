-- Browsers and conversations that are the person's now, by their latest link.
SELECT anonymous_id
FROM
(
    SELECT anonymous_id, argMax(user_id, (linked_at, seq, event_id)) AS linked_user
    FROM identity_links FINAL
    WHERE project_id = {project:String} AND NOT revoked
    GROUP BY anonymous_id
)
WHERE linked_user IN {users:Array(String)}
ORDER BY anonymous_id
