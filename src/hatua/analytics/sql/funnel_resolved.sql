-- The chain of every actor, those from outside (`resolved`) instead of our own where there are any.
SELECT
    c.actor AS actor,
    c.actor_key AS actor_key,
    c.undecided AND NOT r.known AS undecided,
    if(r.known, r.places, c.greedy) AS chain,
    length(chain) AS reached,
    arrayMap(place -> c.times[place], chain) AS step_times,
    $groups AS groups
FROM ($chains) AS c
LEFT ANY JOIN
(
    SELECT
        pair.1 AS actor_key,
        pair.2 AS places,
        true AS known
    FROM (SELECT arrayJoin({resolved:Array(Tuple(UInt64, Array(UInt32)))}) AS pair)
) AS r ON r.actor_key = c.actor_key
