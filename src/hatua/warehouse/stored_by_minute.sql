SELECT
    project_id,
    intDiv(toUnixTimestamp64Milli(received_at), 60000) AS minute,
    count() AS stored
FROM events
WHERE received_at >= fromUnixTimestamp64Milli({received_from:Int64}, 'UTC')
    AND received_at < fromUnixTimestamp64Milli({received_to:Int64}, 'UTC')
    AND ({project_id:String} = '' OR project_id = {project_id:String})
GROUP BY project_id, minute
ORDER BY minute, project_id
