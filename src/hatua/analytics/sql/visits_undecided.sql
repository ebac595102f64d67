-- Visits that must be told by their events.
SELECT
    v.session_id AS session_id,
    v.anonymous_ids AS anonymous_ids,
    $columns
FROM ($visits) AS v
WHERE $undecided AND $conditions
