-- One row a visit, from its row of the table. `told`: that row tells it, for it lies in the range and is known under at most
-- one user and one anonymous id, linked to one another; any other must be told by its events.
SELECT
    toUInt32(rowNumberInAllBlocks()) AS number,
    $columns,
    if(told, '', f.session_id) AS listed_id
FROM
(
    SELECT
        $told,
        v.session_id AS session_id,
        v.user_keys[1] AS user_key,
        v.anonymous_keys[1] AS anonymous_key,
        $decided AS decided
    FROM ($visits) AS v
    WHERE $conditions
) AS f
$joined
