-- In how many buckets each person was active often enough.
SELECT person, count() AS buckets
FROM (SELECT person, grouped FROM ($activity) GROUP BY person, grouped HAVING count() >= {minimum:UInt32})
GROUP BY person
