-- Events by (minute of receipt, id) that never came to be stored, links by (anonymous_id, user_id), sessions by id.
INSERT INTO erased (project_id, kind, minute, key, job, erased_at)
SELECT {project:String}, {kind:String}, found.1, found.2, {job:String}, now()
FROM
(
    SELECT if({kind:String} = 'link', (toUInt32(0), sipHash64(one.2, one.3)), (one.1, sipHash64(one.2))) AS found
    FROM (SELECT arrayJoin({keys:Array(Tuple(UInt32, String, String))}) AS one)
)
