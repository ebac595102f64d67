-- People whom an identify event gave this very value (an e-mail address, a phone number, plain or hashed) as a trait.
WITH links AS
(
    SELECT anonymous_id, argMax(user_id, (linked_at, seq, event_id)) AS linked_user
    FROM identity_links FINAL
    WHERE project_id = {project:String} AND NOT revoked
    GROUP BY anonymous_id
)
SELECT DISTINCT
    if(e.user_id != '', e.user_id, l.linked_user) AS user_id,
    if(e.user_id = '', e.anonymous_id, '') AS anonymous_id
FROM events AS e
LEFT JOIN links AS l ON l.anonymous_id = e.anonymous_id AND e.user_id = ''
WHERE e.project_id = {project:String} AND (e.event_type = 'identify' OR e.event_name = 'identify')
    AND arrayExists(
        trait -> lowerUTF8(trait.2) IN {values:Array(String)}
            OR ({digits:String} != '' AND replaceRegexpAll(trait.2, '[^0-9]', '') = {digits:String}),
        JSONExtractKeysAndValues(e.properties, 'String'))
