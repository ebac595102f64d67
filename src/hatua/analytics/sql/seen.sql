-- The events a question sees: of one project, in one range, under its filters; each with its person and its group.
-- Keys are 64-bit hashes: counting strings of 32 characters apart takes three times as long.
SELECT
    $grouped AS grouped,
    e.session_id AS session_id,
    cityHash64(e.session_id) AS session_key,
    if(e.user_id != '', e.user_id, if(l.linked_key != 0, l.linked_user, e.anonymous_id)) AS person,
    if(e.user_id != '', cityHash64(e.user_id), if(l.linked_key != 0, l.linked_key, cityHash64(e.anonymous_id))) AS person_key,
    e.user_id != '' OR l.linked_key != 0 AS known,
    $is_pageview AS is_pageview
    $columns
FROM events AS e
LEFT ANY JOIN ($links) AS l ON l.anonymous_key = cityHash64(e.anonymous_id)
$visits
WHERE e.project_id = {project:String}
  AND e.timestamp >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND e.timestamp < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND $conditions
