-- Everything that is counted of visits, by group. One row an anonymous id of a visit, so that each can be looked up among
-- the links; `first` counts the visit once.
SELECT
    grouped,
    uniqExactArray$state(persons) AS visitors,
    uniqExactArray$state(known_persons) AS users,
    countIf(first) AS sessions,
    sumIf(p.pageviews, first) AS pageviews,
    sumIf(p.events, first) AS events,
    countIf(first) AS entered,
    countIf(first AND non_heartbeat_events = 1) AS bounces,
    uniqExactArray(arrayFilter(person_key -> $key IN (SELECT $key FROM ($goal)), persons)) AS conversions,
    sumIf(duration, first) AS duration_ms,
    quantileExactInclusiveIf(0.5)(duration, first) AS median_ms
FROM
(
    SELECT
        f.grouped AS grouped, events, pageviews, non_heartbeat_events, duration, first,
        arrayConcat(
            if(first, user_keys, []),
            if(f.anonymous_key = 0, [], [if(l.linked_key != 0, l.linked_key, f.anonymous_key)])) AS persons,
        arrayConcat(if(first, user_keys, []), if(l.linked_key != 0, [l.linked_key], [])) AS known_persons
    FROM
    (
        SELECT
            grouped, events, pageviews, non_heartbeat_events, duration,
            arrayMap(id -> cityHash64(id), user_ids) AS user_keys,
            if(empty(anonymous_ids), [toUInt64(0)], arrayMap(id -> cityHash64(id), anonymous_ids)) AS anonymous_keys,
            arrayJoin(anonymous_keys) AS anonymous_key,
            anonymous_key = anonymous_keys[1] AS first
        FROM ($facts)
    ) AS f
    LEFT ANY JOIN ($links) AS l ON l.anonymous_key = f.anonymous_key
) AS p
GROUP BY grouped
