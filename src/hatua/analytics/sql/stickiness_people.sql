-- In how many buckets each was active often enough.
SELECT $who, count() AS buckets
FROM (SELECT $who, grouped FROM ($activity) GROUP BY $who, grouped HAVING count() >= {minimum:UInt32})
GROUP BY $who
