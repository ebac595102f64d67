-- Who is in the cohort of which bucket: of that of the first start event in all history, where the range has it.
SELECT $who, roundDown(min(ts), {edges:Array(Int64)}) AS bucket
FROM ($ever)
WHERE $who IN (SELECT $who FROM ($starts))
GROUP BY $who
HAVING min(ts) >= {from_ms:Int64}
