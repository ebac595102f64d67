-- The log keeps its ledger for 35 days: what was received before needs no row.
INSERT INTO erased (project_id, kind, minute, key, job, erased_at)
SELECT
    project_id,
    'expired',
    toUInt32(intDiv(toUnixTimestamp64Milli(received_at), 60000)),
    sipHash64(event_id),
    {job:String},
    now()
FROM events
WHERE project_id = {project:String} AND $expired AND received_at >= fromUnixTimestamp64Milli({ledger_from:Int64}, 'UTC')
