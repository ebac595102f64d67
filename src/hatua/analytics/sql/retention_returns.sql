-- Who returned in which bucket, often enough.
SELECT $who, grouped AS bucket
FROM ($returns)
GROUP BY $who, bucket
HAVING count() >= {minimum:UInt32}
