-- Who bears an id: users and the browsers or conversations without a user, by the latest link that was not undone.
WITH links AS
(
    SELECT anonymous_id, argMax(user_id, (linked_at, seq, event_id)) AS linked_user
    FROM identity_links FINAL
    WHERE project_id = {project:String} AND NOT revoked
    GROUP BY anonymous_id
)
SELECT DISTINCT
    if(e.user_id != '', e.user_id, l.linked_user) AS user_id,
    if(e.user_id = '', e.anonymous_id, '') AS anonymous_id,
    e.external_id IN {ids:Array(String)} AND e.user_id = '' AS by_external
FROM
(
    SELECT user_id, anonymous_id, external_id
    FROM events
    WHERE project_id = {project:String} AND (user_id IN {ids:Array(String)}
        OR (user_id = '' AND (anonymous_id IN {ids:Array(String)} OR external_id IN {ids:Array(String)})))
    UNION ALL
    SELECT user_id, '', ''
    FROM identity_links FINAL
    WHERE project_id = {project:String} AND user_id IN {ids:Array(String)}
    UNION ALL
    SELECT '', anonymous_id, ''
    FROM identity_links FINAL
    WHERE project_id = {project:String} AND anonymous_id IN {ids:Array(String)} AND NOT revoked
) AS e
LEFT JOIN links AS l ON l.anonymous_id = e.anonymous_id AND e.user_id = ''
