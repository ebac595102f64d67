-- For each cohort, how many of it returned in which bucket (returned 0: the cohort itself).
SELECT cohort, returned, count() AS people
FROM
(
    SELECT bucket AS cohort, toInt64(0) AS returned FROM ($starts)
    UNION ALL
    SELECT s.bucket AS cohort, r.bucket AS returned
    FROM ($starts) AS s
    INNER JOIN ($returns) AS r ON r.$who = s.$who
    WHERE r.bucket > s.bucket
)
GROUP BY cohort, returned
