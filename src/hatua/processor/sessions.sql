-- Everything that decides which session a new event joins: the events of the given people within half an hour of it.
-- Half-hours instead of one range, so that an import which touches two years does not read two years.
SELECT DISTINCT
    project_id,
    if(anonymous_id = '', user_id, anonymous_id) AS person,
    channel,
    toUnixTimestamp64Milli(timestamp) AS at,
    session_id
FROM events
WHERE project_id IN {projects:Array(String)}
    AND timestamp BETWEEN fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND (anonymous_id IN {people:Array(String)} OR (anonymous_id = '' AND user_id IN {people:Array(String)}))
    AND intDiv(toUnixTimestamp64Milli(timestamp), {slot_ms:Int64}) IN {slots:Array(Int64)}
