-- Who is in the cohort of which bucket: of that of the first start event in all history, where the range has it.
SELECT person, roundDown(min(ts), {edges:Array(Int64)}) AS bucket
FROM ($ever)
WHERE person IN (SELECT person FROM ($starts))
GROUP BY person
HAVING min(ts) >= {from_ms:Int64}
