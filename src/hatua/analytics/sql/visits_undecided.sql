-- Visits that must be told by their events.
SELECT v.session_id AS session_id
FROM ($visits) AS v
WHERE NOT ($decided) AND $conditions
