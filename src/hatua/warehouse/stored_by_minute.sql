SELECT project_id, minute, sum(stored_events) AS stored, sum(erased_events) AS erased
FROM
(
    SELECT
        project_id,
        toUInt32(intDiv(toUnixTimestamp64Milli(received_at), 60000)) AS minute,
        count() AS stored_events,
        toUInt64(0) AS erased_events
    FROM events
    WHERE received_at >= fromUnixTimestamp64Milli({received_from:Int64}, 'UTC')
        AND received_at < fromUnixTimestamp64Milli({received_to:Int64}, 'UTC')
        AND ({project_id:String} = '' OR project_id = {project_id:String})
    GROUP BY project_id, minute
    UNION ALL
    SELECT project_id, minute, toUInt64(0), uniqExact(key)
    FROM erased
    WHERE kind IN ('event', 'expired')
        AND minute >= intDiv({received_from:Int64} + 59999, 60000)
        AND minute < intDiv({received_to:Int64} + 59999, 60000)
        AND ({project_id:String} = '' OR project_id = {project_id:String})
    GROUP BY project_id, minute
)
GROUP BY project_id, minute
ORDER BY minute, project_id
