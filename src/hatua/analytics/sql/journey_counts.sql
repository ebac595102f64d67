-- All journeys, and by start's bucket, by name, by hand-off step, in one pass. `part`: 7 all, 3 a bucket, 5 a name, 6 a step.
SELECT
    roundDown(j.start_ms, {edges:Array(Int64)}) AS bucket,
    j.name AS name,
    j.handoff_step AS handoff_step,
    grouping(bucket, name, handoff_step) AS part,
    count() AS started,
    countIf(j.outcome = 'completed') AS completed,
    countIf(j.outcome = 'dropped') AS dropped,
    countIf(j.assisted) AS assisted,
    countIf(j.handed_off) AS handed_off,
    countIf(j.assisted AND j.outcome = 'completed') AS assisted_completed,
    sumIf(j.end_ms - j.start_ms, j.outcome = 'completed') AS took_ms,
    quantileExactInclusiveIf(0.5)(j.end_ms - j.start_ms, j.outcome = 'completed') AS median_ms
FROM ($journeys) AS j
GROUP BY GROUPING SETS ((), (bucket), (name), (handoff_step))
