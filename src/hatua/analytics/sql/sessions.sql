-- Sessions, latest start first, each with its persons: users seen in it, users its anonymous ids are linked to, and the
-- anonymous ids that are linked to nobody.
WITH candidates AS (SELECT v.* FROM ($visits) AS v WHERE $condition)
SELECT
    v.session_id AS session_id,
    v.started_at AS started_at, v.ended_at AS ended_at,
    v.events AS events, v.pageviews AS pageviews, v.non_heartbeat_events AS non_heartbeat_events,
    v.entry_page AS entry_page, v.exit_page AS exit_page,
    v.country_code AS country_code, v.region AS region, v.city AS city,
    v.device_type AS device_type, v.os AS os, v.browser AS browser, v.channel AS channel,
    v.referrer_host AS referrer_host, v.referrer_channel AS referrer_channel,
    v.utm_source AS utm_source, v.utm_campaign AS utm_campaign,
    arraySort(arrayDistinct(arrayConcat(v.user_ids, k.users))) AS users,
    arraySort(arrayFilter(id -> NOT has(k.linked_ids, id) AND NOT has(users, id), v.anonymous_ids)) AS strangers,
    arrayConcat(users, strangers) AS persons
FROM candidates AS v
LEFT ANY JOIN
(
    SELECT
        c.session_id AS session_id,
        groupUniqArray(l.linked_user) AS users,
        groupUniqArray(c.anonymous_id) AS linked_ids
    FROM (SELECT session_id, arrayJoin(anonymous_ids) AS anonymous_id FROM candidates) AS c
    INNER JOIN ($links) AS l ON l.anonymous_id = c.anonymous_id
    GROUP BY session_id
) AS k ON k.session_id = v.session_id
ORDER BY v.started_at DESC, v.session_id
