-- Where events of the visits that are not `told` lie: (project_id, hour, session_id), for those hours that the range has.
SELECT
    {project:String} AS project_id,
    toDateTime(arrayJoin(range(
        toUInt32(intDiv(greatest(listed_from, {from_ms:Int64}), 3600000)),
        toUInt32(intDiv(least(listed_from + duration, {to_ms:Int64}), 3600000)) + 1)) * 3600, 'UTC') AS hour,
    listed_id AS session_id
FROM $told
WHERE NOT told
