-- Everything that is wanted of one panel, by value.
SELECT
    toUInt16($panel) AS panel,
    toString(c.value) AS grouped,
    $counts,
    toUInt64(count() OVER ()) AS total_rows,
    $totals
FROM
(
    SELECT value, $aggregates
    FROM ($rows)
    GROUP BY value
) AS c
$joined
$ordered
