-- The same, and those that turn out to be of two persons.
SELECT v.session_id AS session_id
FROM ($visits) AS v
LEFT ANY JOIN ($links) AS l ON l.anonymous_key = v.anonymous_keys[1]
WHERE $conditions AND
(
    NOT ($decided)
    OR (notEmpty(v.user_keys) AND notEmpty(v.anonymous_keys)
        AND if(l.linked_key != 0, l.linked_key, v.anonymous_keys[1]) != v.user_keys[1])
)
