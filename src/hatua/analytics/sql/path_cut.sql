-- The part of each walk that is asked for, in the direction asked for; step 0 is its first.
SELECT
    session_id,
    arraySlice($turned_nodes, place, {steps:UInt8}) AS path,
    arraySlice($turned_times, place, {steps:UInt8}) AS reached,
    length(nodes) - place + 1 > length(path) AS goes_on
FROM (SELECT session_id, nodes, times, $place AS place FROM ($walks))
WHERE place > 0
