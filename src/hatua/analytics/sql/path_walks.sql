-- One row a visit: its nodes in order, equal neighbours told once, each with the time it was reached (Unix ms).
SELECT session_id, told.4 AS nodes, told.1 AS times
FROM
(
    SELECT
        session_id,
        arraySort(groupArray((ts, seq, event_id, node))) AS found,
        arrayFilter(
            (here, before, place) -> place = 1 OR here.4 != before.4,
            found, arrayPushFront(arrayPopBack(found), found[1]), arrayEnumerate(found)) AS told
    FROM ($nodes)
    WHERE node != '' $chosen
    GROUP BY session_id
)
