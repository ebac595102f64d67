-- One row an actor, before its chain is found. `found` are its events that matter, sorted. What follows in layers (see
-- funnel_sql.py): s<k>[i], the latest start of a chain whose step k is event i (never: none); from the first event that
-- gets furthest, the first attempt that gets so far.
SELECT
    actor_key,
    actor,
    groups,
    found.1 AS times,
    found.2 AS seqs,
    found.3 AS steps,
    $step_values AS step_values,
    $excluded AS excluded,
    {none:Int64} AS none,
    {window_ms:Int64} AS window_ms,
    arrayEnumerate(found) AS places
FROM
(
    SELECT
        $actor_key AS actor_key,
        any($actor) AS actor,
        arraySort(groupArrayIf(($columns), $kept)) AS found,
        $groups AS groups
    FROM ($events)
    WHERE actor_key != 0
    GROUP BY actor_key
    HAVING bitAnd(groupBitOr(steps), $needed) != 0
)
