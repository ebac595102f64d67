-- The user each anonymous id was last linked to; undone links do not count.
SELECT
    anonymous_id,
    argMax(user_id, (linked_at, seq, event_id)) AS linked_user
FROM identity_links FINAL
WHERE project_id = {project:String} AND NOT revoked
GROUP BY anonymous_id
