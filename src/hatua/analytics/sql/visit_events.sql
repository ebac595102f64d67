-- Listed visits by their events in the range: one row a visit, value and person, in the shape of visit_persons.sql.
SELECT
    [p.grouped] AS values, [toUInt32(p.events)] AS value_events, [toUInt32(p.views)] AS value_views,
    p.session_key AS session_key, p.entry_page AS entry_page, p.non_heartbeat_events AS non_heartbeat_events,
    p.duration AS duration,
    false AS told,
    place = 1 AS first,
    who.1 AS person_key,
    who.2 AS known,
    who.3 AS achieved,
    false AS mixed
FROM
(
    SELECT
        grouped,
        session_key,
        count() AS events,
        countIf(is_pageview) AS views,
        any(entry_page) AS entry_page,
        any(non_heartbeat_events) AS non_heartbeat_events,
        any(duration) AS duration,
        groupUniqArray((person_key, known, is_goal)) AS persons
    FROM ($seen)
    GROUP BY grouped, session_key
) AS p
ARRAY JOIN persons AS who, arrayEnumerate(persons) AS place
