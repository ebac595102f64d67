INSERT INTO erased (project_id, kind, minute, key, job, erased_at)
SELECT
    project_id,
    'event',
    toUInt32(intDiv(toUnixTimestamp64Milli(received_at), 60000)),
    sipHash64(event_id),
    {job:String},
    now()
FROM events
WHERE project_id = {project:String} AND $whose
