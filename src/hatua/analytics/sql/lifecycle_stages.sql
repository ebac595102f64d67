-- (whoever is asked about, bucket, stage). Buckets are numbered; 1 is the one before the range, which only says who was there before.
SELECT $who, found.1 AS bucket, found.2 AS stage
FROM
(
    SELECT
        a.$who AS $who,
        a.active AS active,
        arrayJoin(arrayConcat(
            arrayMap(
                n -> (toUInt64(n), multiIf(n = a.first_bucket, 'new', has(active, n - 1), 'returning', 'resurrecting')),
                active),
            arrayMap(n -> (toUInt64(n + 1), 'dormant'), arrayFilter(n -> NOT has(active, n + 1), active))
        )) AS found
    FROM
    (
        SELECT
            $who,
            arraySort(groupUniqArray(indexOf({edges:Array(Int64)}, grouped))) AS active,
            if(any($key) IN ($before), 0, active[1]) AS first_bucket
        FROM ($activity)
        GROUP BY $who
    ) AS a
)
WHERE bucket BETWEEN 2 AND {buckets:UInt64} + 1
