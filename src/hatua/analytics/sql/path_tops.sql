-- The largest values of each step.
SELECT step, path[step + 1] AS node, count() AS visits
FROM (SELECT path, toUInt8(arrayJoin(range(length(path)))) AS step FROM ($cut))
GROUP BY step, node
ORDER BY step, visits DESC, node
LIMIT {top:UInt32} BY step
