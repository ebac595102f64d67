-- One row a visit and step: its node and the next one, '' for one that is not among the shown; `last`: it has no next.
SELECT
    session_id,
    toUInt8(arrayJoin(range(length(path)))) AS step,
    if((step, path[step + 1]) IN {shown:Array(Tuple(UInt8, String))}, path[step + 1], '') AS node,
    step + 1 = length(path) AS last,
    if(NOT last AND (toUInt8(step + 1), path[step + 2]) IN {shown:Array(Tuple(UInt8, String))}, path[step + 2], '') AS next,
    last AND NOT goes_on AS stops,
    if(last, 0, abs(reached[step + 2] - reached[step + 1])) AS took_ms
FROM ($cut)
