-- Visitors of each group, and those of them with the goal anywhere in the range (of a bucket: in that bucket).
SELECT
    grouped,
    uniqExact(person) AS visitors,
    uniqExactIf(person, $key IN (SELECT $key FROM ($goal))) AS conversions
FROM ($seen)
GROUP BY grouped
