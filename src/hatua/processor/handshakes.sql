-- Both sides of the given tokens: events that issued one, events that completed one; and of each person who signed in
-- under one, in each browser, the latest event.
WITH
    channel IN {browsers:Array(String)} AND event_name NOT IN {names:Array(String)} AS signs_in
SELECT
    tenant_id,
    project_id,
    handshake_token,
    event_id,
    event_name,
    channel,
    anonymous_id,
    user_id,
    external_id,
    toUnixTimestamp64Milli(timestamp) AS at,
    toUnixTimestamp64Milli(received_at) AS received,
    seq
FROM events
WHERE project_id IN {projects:Array(String)}
    AND timestamp BETWEEN fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND handshake_token IN {tokens:Array(String)}
    AND (event_name IN {names:Array(String)} OR channel = 'whatsapp' OR (signs_in AND user_id != ''))
ORDER BY timestamp DESC, seq DESC, event_id DESC
LIMIT 1 BY project_id, handshake_token, if(signs_in, '', event_id), anonymous_id, user_id
