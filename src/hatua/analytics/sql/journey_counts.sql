SELECT
    $by AS by,
    count() AS started,
    countIf(j.outcome = 'completed') AS completed,
    countIf(j.outcome = 'dropped') AS dropped,
    countIf(j.assisted) AS assisted,
    countIf(j.handed_off) AS handed_off,
    countIf(j.assisted AND j.outcome = 'completed') AS assisted_completed,
    sumIf(j.end_ms - j.start_ms, j.outcome = 'completed') AS took_ms,
    quantileExactInclusiveIf(0.5)(j.end_ms - j.start_ms, j.outcome = 'completed') AS median_ms
FROM ($journeys) AS j
WHERE $narrowed
GROUP BY by
