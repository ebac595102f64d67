-- Links to the person's users, and from the browsers that are theirs and nobody else's.
SELECT anonymous_id, user_id, source, toUnixTimestamp64Milli(linked_at) AS linked_at, revoked
FROM identity_links FINAL
WHERE project_id = {project:String}
    AND (user_id IN {users:Array(String)} OR (empty({users:Array(String)}) AND anonymous_id IN {anonymous:Array(String)}))
ORDER BY anonymous_id, user_id
