-- Sessions with a text in themselves or in one of their persons: users seen in it, and each anonymous id, or the user it is
-- linked to.
SELECT session_id, any(c.started_at) AS started_at
FROM
(
    SELECT
        session_id,
        started_at,
        told OR arrayExists(id -> $user_told, user_ids) AS is_told,
        arrayJoin(emptyArrayToSingle(anonymous_ids)) AS anonymous_id
    FROM ($chosen)
) AS c
LEFT ANY JOIN ($links) AS l ON l.anonymous_id = c.anonymous_id
GROUP BY session_id
HAVING max(is_told OR $stranger_told)
