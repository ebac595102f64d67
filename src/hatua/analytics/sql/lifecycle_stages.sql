-- (whoever is asked about, bucket, stage). Buckets are numbered; 1 is the one before the range, which only says who was there before.
SELECT $who, found.1 AS bucket, found.2 AS stage
FROM
(
    SELECT
        a.$who AS $who,
        a.active AS active,
        arrayJoin(arrayConcat(
            arrayMap(
                n -> (toUInt64(n), multiIf(n = f.first_bucket, 'new', has(active, n - 1), 'returning', 'resurrecting')),
                active),
            arrayMap(n -> (toUInt64(n + 1), 'dormant'), arrayFilter(n -> NOT has(active, n + 1), active))
        )) AS found
    FROM
    (
        SELECT $who, arraySort(groupUniqArray(indexOf({edges:Array(Int64)}, grouped))) AS active
        FROM ($activity)
        GROUP BY $who
    ) AS a
    LEFT ANY JOIN
    (
        SELECT $who, indexOf({edges:Array(Int64)}, roundDown(min(ts), {edges:Array(Int64)})) AS first_bucket
        FROM ($ever)
        WHERE $who IN (SELECT $who FROM ($activity))
        GROUP BY $who
        HAVING min(ts) >= {from_ms:Int64}
    ) AS f ON f.$who = a.$who
)
WHERE bucket BETWEEN 2 AND {buckets:UInt64} + 1
