-- Visits that do not lie inside: their events must be looked at one by one.
SELECT v.session_id AS session_id
FROM ($visits) AS v
WHERE NOT ($inside) AND $conditions
