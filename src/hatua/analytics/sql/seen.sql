-- The events a question sees: of one project, in one range, under its filters; each with its person and its group.
-- Keys are 64-bit hashes of ids (warehouse/migrations/0005_event_keys.sql).
SELECT
    $grouped AS grouped,
    e.session_id AS session_id,
    e.session_key AS session_key,
    if(e.user_key != 0, e.user_id, if(l.linked_key != 0, l.linked_user, e.anonymous_id)) AS person,
    if(e.user_key != 0, e.user_key, if(l.linked_key != 0, l.linked_key, e.anonymous_key)) AS person_key,
    e.user_key != 0 OR l.linked_key != 0 AS known,
    $is_pageview AS is_pageview
    $columns
FROM events AS e
LEFT ANY JOIN ($links) AS l ON l.anonymous_key = e.anonymous_key
$visits
WHERE e.project_id = {project:String}
  AND e.timestamp >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND e.timestamp < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND $conditions
