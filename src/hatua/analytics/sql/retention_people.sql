SELECT s.$who AS name
FROM ($starts) AS s
LEFT ANY JOIN (SELECT $who, bucket FROM ($returns) WHERE bucket $reaches {returned:Int64}) AS r ON r.$who = s.$who
WHERE s.bucket = {cohort:Int64} AND ({returned:Int64} = {cohort:Int64} OR r.bucket != 0)
