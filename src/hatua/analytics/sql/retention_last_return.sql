-- The last bucket from which on there are still enough returns: in it or a later one, counted together.
SELECT person, found[arrayFirstIndex(sum -> sum >= {minimum:UInt32}, arrayCumSum(found.2))].1 AS bucket
FROM
(
    SELECT person, arrayReverseSort(groupArray((bucket, times))) AS found
    FROM (SELECT person, grouped AS bucket, count() AS times FROM ($returns) GROUP BY person, bucket)
    GROUP BY person
)
WHERE bucket != 0
