-- The events a question sees: of one project, in one range, under its filters; each with its person and its group.
SELECT
    $grouped AS grouped,
    e.session_id AS session_id,
    if(e.user_id != '', e.user_id, if(l.linked_user != '', l.linked_user, e.anonymous_id)) AS person,
    e.user_id != '' OR l.linked_user != '' AS known,
    $is_pageview AS is_pageview
    $columns
FROM events AS e
LEFT ANY JOIN ($links) AS l ON l.anonymous_id = e.anonymous_id
$visits
WHERE e.project_id = {project:String}
  AND e.timestamp >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND e.timestamp < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND $conditions
