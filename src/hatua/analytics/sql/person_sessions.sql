-- The sessions that may have an event of a person, told by any row of theirs: more than the last one does no harm, since
-- the events are asked for the person again. Those that have more ids than a row keeps may be anyone's. Each condition
-- has its index (warehouse/migrations/0008_persons_of_sessions.sql).
SELECT session_id
FROM sessions
WHERE project_id = {project:String}
  AND (has(user_ids, {person:String})
    OR hasAny(anonymous_ids, {ids:Array(String)})
    OR greatest(length(user_ids), length(anonymous_ids)) >= {most_ids:UInt32})
