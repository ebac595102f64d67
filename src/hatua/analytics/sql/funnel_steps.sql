SELECT
    $by AS value,
    countIf(undecided) AS undecided_actors,
    $counts
FROM ($resolved)
$join
GROUP BY value
HAVING count_1 > 0 OR undecided_actors > 0
