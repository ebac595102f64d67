-- The same, for questions that count nothing but events.
SELECT
    $grouped AS grouped,
    $is_pageview AS is_pageview
    $columns
FROM events AS e
$visits
WHERE e.project_id = {project:String}
  AND e.timestamp >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND e.timestamp < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND $conditions
