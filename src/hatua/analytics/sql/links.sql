-- The user each anonymous id was last linked to; undone links do not count. Keys are 64-bit hashes of ids.
SELECT
    cityHash64(anonymous_id) AS anonymous_key,
    argMax(user_id, (linked_at, seq, event_id)) AS linked_user,
    cityHash64(linked_user) AS linked_key,
    anonymous_id
FROM identity_links FINAL
WHERE project_id = {project:String} AND NOT revoked
GROUP BY anonymous_id
