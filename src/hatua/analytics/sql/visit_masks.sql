-- Who has which of the candidates, as bits of one number a person: bit n is candidate n, the highest is any other value. The
-- sum of a visit's bits is their union, since its values differ; of the highest it may run over, upwards.
-- other_*: of the values from candidate {end} on.
SELECT
    [$visitors] AS visitors,
    [$conversions] AS conversions,
    countIf(bitShiftRight(mask, {end:UInt8}) != 0) AS other_visitors,
    sum(told_other) + uniqExactArray(listed_other) AS other_sessions,
    sum(mixed_visits) AS mixed_visits
FROM
(
    SELECT
        groupBitOr(bits) AS mask,
        $converted AS converted,
        countIf(told AND other) AS told_other,
        groupArrayIf(session_key, NOT told AND other) AS listed_other,
        countIf(mixed) AS mixed_visits
    FROM
    (
        SELECT
            person_key, session_key, achieved, told, mixed,
            arraySum(
                value -> bitShiftLeft(
                    toUInt64(1),
                    transform(value, {candidates:Array(String)}, range(toUInt8({count:UInt8})), {count:UInt8})),
                values) AS bits,
            bitShiftRight(bits, {end:UInt8}) != 0 AS other
        FROM ($facts)
    )
    GROUP BY person_key
)
