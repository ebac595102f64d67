SELECT
    uniqExact(if(e.user_id != '', e.user_id, if(l.linked_user != '', l.linked_user, e.anonymous_id))) AS visitors,
    uniqExact(session_id) AS sessions,
    count() AS events,
    countIf(event_type = 'page' OR event_name = 'page_view') AS pageviews
FROM events AS e
LEFT ANY JOIN
(
    SELECT anonymous_id, argMax(user_id, (linked_at, seq, event_id)) AS linked_user
    FROM identity_links FINAL
    WHERE project_id = 'bench' AND NOT revoked
    GROUP BY anonymous_id
) AS l ON l.anonymous_id = e.anonymous_id
WHERE project_id = 'bench' AND timestamp >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
