-- The last bucket from which on there are still enough returns: in it or a later one, counted together.
SELECT $who, found[arrayFirstIndex(sum -> sum >= {minimum:UInt32}, arrayCumSum(found.2))].1 AS bucket
FROM
(
    SELECT $who, arrayReverseSort(groupArray((bucket, times))) AS found
    FROM (SELECT $who, grouped AS bucket, count() AS times FROM ($returns) GROUP BY $who, bucket)
    GROUP BY $who
)
WHERE bucket != 0
