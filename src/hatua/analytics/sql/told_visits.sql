-- One row a visit, from its row of the table. `told`: that row tells it, for it lies in the range and is known under at most
-- one user and one anonymous id, linked to one another; any other must be told by its events.
SELECT
    toUInt32(rowNumberInAllBlocks()) AS number,
    $columns,
    if(told, '', f.session_id) AS listed_id,
    if(told, 0, toUnixTimestamp64Milli(f.started_at)) AS listed_from,
    if(told, [], f.anonymous_ids) AS listed_anonymous
FROM
(
    SELECT
        $told,
        v.session_id AS session_id,
        v.started_at AS started_at,
        v.anonymous_ids AS anonymous_ids,
        v.user_keys[1] AS user_key,
        v.anonymous_keys[1] AS anonymous_key,
        $decided AS decided
    FROM ($visits) AS v
    WHERE $conditions
) AS f
$joined
