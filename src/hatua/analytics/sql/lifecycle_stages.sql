-- (person, bucket, stage). Buckets are numbered; 1 is the one before the range, which only says who was there before.
SELECT person, found.1 AS bucket, found.2 AS stage
FROM
(
    SELECT
        a.person AS person,
        a.active AS active,
        arrayJoin(arrayConcat(
            arrayMap(
                n -> (toUInt64(n), multiIf(n = f.first_bucket, 'new', has(active, n - 1), 'returning', 'resurrecting')),
                active),
            arrayMap(n -> (toUInt64(n + 1), 'dormant'), arrayFilter(n -> NOT has(active, n + 1), active))
        )) AS found
    FROM
    (
        SELECT person, arraySort(groupUniqArray(indexOf({edges:Array(Int64)}, grouped))) AS active
        FROM ($activity)
        GROUP BY person
    ) AS a
    LEFT ANY JOIN
    (
        SELECT person, indexOf({edges:Array(Int64)}, roundDown(min(ts), {edges:Array(Int64)})) AS first_bucket
        FROM ($ever)
        WHERE person IN (SELECT person FROM ($activity))
        GROUP BY person
        HAVING min(ts) >= {from_ms:Int64}
    ) AS f ON f.person = a.person
)
WHERE bucket BETWEEN 2 AND {buckets:UInt64} + 1
