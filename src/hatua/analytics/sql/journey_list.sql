-- Single journeys, latest start first, after a place in that order.
SELECT person, name, start_ms, end_ms, outcome, assisted, handed_off, handoff_step, start_id, total
FROM
(
    SELECT *, count() OVER () AS total
    FROM ($journeys)
    WHERE $narrowed
)
WHERE $after
ORDER BY start_ms DESC, person, start_id
LIMIT {limit:UInt32}
