-- One row an actor: its chain. `found` are its events that matter, sorted; s<k>[i] is the latest start of a chain whose
-- step k is event i (never: none); the first attempt that gets furthest is found from the first event that gets there.
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
    arrayEnumerate(times) AS places,
    $chains,
    $greedy AS greedy,
    ($undecided) AS undecided
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
