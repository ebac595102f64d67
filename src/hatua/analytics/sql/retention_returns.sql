-- Who returned in which bucket, often enough.
SELECT person, grouped AS bucket
FROM ($returns)
GROUP BY person, bucket
HAVING count() >= {minimum:UInt32}
