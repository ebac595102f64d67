-- Every session as it is stored and as it follows from the events, with a hash of all that is said of it. Without those
-- of which retention has taken events, or does within a day.
SELECT project_id, session_id, cityHash64($columns) AS hash, is_stored
FROM
(
    SELECT $names, true AS is_stored
    FROM $stored.sessions FINAL
    UNION ALL
    SELECT $names, false AS is_stored
    FROM $rebuilt.sessions FINAL
)
WHERE (project_id, session_id) NOT IN
(
    SELECT project_id, session_id
    FROM $stored.sessions FINAL
    WHERE retention_days > 0 AND started_at < now() - toIntervalDay(least(retention_days, 36500) - 1)
)
$condition
