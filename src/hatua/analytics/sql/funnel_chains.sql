-- One row an actor, before its chain is found. `found` are its events that matter, sorted. What follows in layers (see
-- funnel_sql.py): s<k>[i], the latest start of a chain whose step k is event i (never: none); from the first event that
-- gets furthest, the first attempt that gets so far.
SELECT
    actor,
    groups,
    found.1 AS times,
    found.2 AS seqs,
    found.3 AS steps,
    found.4 AS step_values,
    found.5 AS excluded,
    {none:Int64} AS none,
    {window_ms:Int64} AS window_ms,
    arrayEnumerate(found) AS places
FROM
(
    SELECT
        $actor AS actor,
        arraySort(groupArrayIf((ts, seq, steps, step_value, excluded), $kept)) AS found,
        $groups AS groups
    FROM ($events)
    WHERE actor != ''
    GROUP BY actor
    HAVING bitAnd(groupBitOr(steps), $needed) != 0
)
