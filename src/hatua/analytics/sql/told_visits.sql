-- One row a visit that its row of the table can tell: it lies in the range and is known under at most one user and one
-- anonymous id. `mixed`: the one is not linked to the other, so that its events must be asked after all.
SELECT
    $columns
FROM
(
    SELECT
        $told,
        v.user_keys[1] AS user_key,
        v.anonymous_keys[1] AS anonymous_key
    FROM ($visits) AS v
    WHERE $decided AND $conditions
) AS f
$joined
