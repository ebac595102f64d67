SELECT s.person AS person
FROM ($starts) AS s
LEFT ANY JOIN (SELECT person, bucket FROM ($returns) WHERE bucket $reaches {returned:Int64}) AS r ON r.person = s.person
WHERE s.bucket = {cohort:Int64} AND ({returned:Int64} = {cohort:Int64} OR r.bucket != 0)
