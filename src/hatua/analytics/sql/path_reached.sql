-- One row a visit that gets anywhere: how far into the sequence as neighbours, and what comes after the first time it gets
-- to the end ('': nothing). h<n>[i]: the first n of the sequence stand at i.
SELECT session_id, depth, next, took_ms
FROM
(
    SELECT
        session_id,
        {sequence:Array(String)} AS sought,
        $hits,
        [$firsts] AS firsts,
        arrayCount(place -> place > 0, firsts) AS depth,
        if(depth = length(sought), firsts[-1] + length(sought), 0) AS after,
        nodes[after] AS next,
        if(next = '', 0, times[after] - times[after - 1]) AS took_ms
    FROM ($walks)
)
WHERE depth > 0
