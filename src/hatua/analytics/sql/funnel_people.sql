-- Who is behind one bar, latest start first, after a place in that order.
SELECT actor, reached, step_times, total
FROM
(
    SELECT actor, reached, step_times, count() OVER () AS total
    FROM ($resolved)
    WHERE $outcome
)
WHERE $after
ORDER BY step_times[1] DESC, actor
LIMIT {limit:UInt32}
