SELECT level, count() AS people
FROM
(
    SELECT
        if(e.user_id != '', e.user_id, if(l.linked_user != '', l.linked_user, e.anonymous_id)) AS person,
        windowFunnel(1209600000000, 'strict_once')(
            toUInt64(toUnixTimestamp64Milli(timestamp)) * 1000 + seq,
            event_name = 'page_view', event_name = 'click', event_name = 'validation_success', event_name = 'return_filed')
            AS level
    FROM events AS e
    LEFT ANY JOIN
    (
        SELECT anonymous_id, argMax(user_id, (linked_at, seq, event_id)) AS linked_user
        FROM identity_links FINAL
        WHERE project_id = 'bench' AND NOT revoked
        GROUP BY anonymous_id
    ) AS l ON l.anonymous_id = e.anonymous_id
    WHERE project_id = 'bench' AND timestamp >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
    GROUP BY person
)
GROUP BY level
ORDER BY level
