-- The hours in which sessions have events, and which of them are stored.
SELECT
    project_id,
    countIf(is_stored) AS stored_rows,
    lower(hex(sumIf(hash, is_stored))) AS stored_digest,
    count() AS rebuilt_rows,
    lower(hex(sum(hash))) AS rebuilt_digest
FROM
(
    SELECT project_id, hash, max(stored) AS is_stored
    FROM
    (
        SELECT project_id, cityHash64(session_id, hour) AS hash, true AS stored
        FROM $stored.session_hours
        UNION ALL
        SELECT project_id, cityHash64(session_id, hour), false
        FROM $rebuilt.session_hours
    )
    GROUP BY project_id, hash
    HAVING NOT min(stored)
)
GROUP BY project_id
ORDER BY project_id
