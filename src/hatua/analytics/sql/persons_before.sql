-- Whoever had an event before a moment: whom visits that ended by then tell, and who had an event by then in a visit that
-- went on, or that has more ids than its row keeps, or none.
SELECT arrayJoin(v.user_keys) AS person_key
FROM ($visits) AS v
WHERE $ended AND $conditions
UNION ALL
SELECT if(l.linked_key != 0, l.linked_key, f.anonymous_key) AS person_key
FROM
(
    SELECT arrayJoin(v.anonymous_keys) AS anonymous_key
    FROM ($visits) AS v
    WHERE $ended AND $conditions
) AS f
LEFT ANY JOIN ($links) AS l ON l.anonymous_key = f.anonymous_key
UNION ALL
SELECT person_key
FROM ($seen)
