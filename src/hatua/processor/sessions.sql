-- What decides which session a new event joins, for each key (project, person, channel) with the times `low` to `high` of its new
-- events: of every session of that key the last event before low, all from low to high, and the first after high; 0: none.
-- A key names its words by their place in the lists, since writing a long list of texts into a statement is what costs most here.
-- Half-hours instead of one range, so that an import which touches two years does not read two years.
SELECT
    project_id,
    person,
    channel,
    session_id,
    maxIf(at, at < low) AS before,
    groupUniqArrayIf(at, at BETWEEN low AND high) AS between,
    minIf(at, at > high) AS after
FROM
(
    SELECT
        project_id,
        if(anonymous_id = '', user_id, anonymous_id) AS person,
        channel,
        session_id,
        toUnixTimestamp64Milli(timestamp) AS at
    FROM events
    WHERE project_id IN {projects:Array(String)}
        AND timestamp BETWEEN fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
        AND (anonymous_id IN {people:Array(String)} OR (anonymous_id = '' AND user_id IN {people:Array(String)}))
        AND intDiv(toUnixTimestamp64Milli(timestamp), {slot_ms:Int64}) IN {slots:Array(Int64)}
) AS stored
INNER JOIN
(
    SELECT
        {projects:Array(String)}[key.1] AS project_id,
        {people:Array(String)}[key.2] AS person,
        {channels:Array(String)}[key.3] AS channel,
        key.4 AS low,
        key.5 AS high
    FROM (SELECT arrayJoin({keys:Array(Tuple(UInt32, UInt32, UInt32, Int64, Int64))}) AS key)
) AS wanted USING (project_id, person, channel)
GROUP BY project_id, person, channel, session_id
