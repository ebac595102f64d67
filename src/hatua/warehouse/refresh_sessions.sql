-- Recomputes the given sessions from all of their events. The sort key of events starts with (project, hour, session), so
-- the hours of each session are looked up first; then only those granules are read.
-- A session of several days also gets is_deleted rows at the days it does not start on: its row may have lived there before
-- an earlier event came in.
INSERT INTO sessions
SELECT
    tenant_id,
    project_id,
    session_id,
    if(is_deleted, toDateTime64(day, 3, 'UTC'), first_at) AS started_at,
    if(is_deleted, toDateTime64(day, 3, 'UTC'), last_at) AS ended_at,
    if(is_deleted, 0, version) AS events,
    if(is_deleted, 0, pageview_events) AS pageviews,
    if(is_deleted, 0, other_than_heartbeats) AS non_heartbeat_events,
    entry_page,
    exit_page,
    first_event.1 AS channel,
    first_event.2 AS campaign_id,
    first_event.3 AS utm_source,
    first_event.4 AS utm_medium,
    first_event.5 AS utm_campaign,
    first_event.6 AS utm_term,
    first_event.7 AS utm_content,
    first_event.8 AS page_referrer,
    first_event.9 AS referrer_host,
    first_event.10 AS referrer_channel,
    first_event.11 AS device_type,
    first_event.12 AS os,
    first_event.13 AS os_version,
    first_event.14 AS browser,
    first_event.15 AS browser_version,
    first_event.16 AS country_code,
    first_event.17 AS region,
    first_event.18 AS city,
    first_event.19 AS locale,
    user_ids,
    anonymous_ids,
    first_event.20 AS first_event_id,
    keep_days AS retention_days,
    version,
    is_deleted,
    if(version < 1000, by_page.1, []) AS pages,
    if(version < 1000, by_page.2, []) AS page_events,
    if(version < 1000, by_page.3, []) AS page_views,
    if(version < 1000, by_name.1, []) AS names,
    if(version < 1000, by_name.2, []) AS name_events,
    if(version < 1000, by_name.3, []) AS name_views,
    if(version < 1000, by_quarter.1, []) AS quarters,
    if(version < 1000, by_quarter.2, []) AS quarter_events,
    if(version < 1000, by_quarter.3, []) AS quarter_views
FROM
(
    SELECT
        any(tenant_id) AS tenant_id,
        project_id,
        session_id,
        min(timestamp) AS first_at,
        max(timestamp) AS last_at,
        count() AS version,
        countIf(is_page_view) AS pageview_events,
        countIf(event_name != 'heartbeat') AS other_than_heartbeats,
        argMinIf(page_path, (timestamp, seq, id), is_page_view) AS entry_page,
        argMaxIf(page_path, (timestamp, seq, id), is_page_view) AS exit_page,
        argMin(
            (channel, campaign_id, utm_source, utm_medium, utm_campaign, utm_term, utm_content, page_referrer, referrer_host,
             referrer_channel, device_type, os, os_version, browser, browser_version, country_code, region, city, locale,
             id),
            (timestamp, seq, id)) AS first_event,
        arraySort(groupUniqArrayIf(1000)(user_id, user_id != '')) AS user_ids,
        arraySort(groupUniqArrayIf(1000)(anonymous_id, user_id = '' AND anonymous_id != '')) AS anonymous_ids,
        if(min(retention_days) = 0, 0, max(retention_days)) AS keep_days,
        arraySort(groupUniqArray(toDate(timestamp))) AS days,
        sumMapWithOverflow([page_path], [toUInt32(1)], [toUInt32(is_page_view)]) AS by_page,
        sumMapWithOverflow([event_name], [toUInt32(1)], [toUInt32(is_page_view)]) AS by_name,
        sumMapWithOverflow(
            [toInt32(intDiv(toUnixTimestamp64Milli(timestamp), 900000))], [toUInt32(1)], [toUInt32(is_page_view)]) AS by_quarter
    FROM (SELECT *, event_id AS id, event_type = 'page' OR event_name = 'page_view' AS is_page_view FROM events)
    WHERE (project_id, toStartOfHour(timestamp), session_id) IN
    (
        SELECT project_id, hour, session_id
        FROM session_hours
        WHERE (project_id, session_id) IN ($sessions)
    )
    GROUP BY project_id, session_id
)
ARRAY JOIN
    days AS day,
    arrayMap(index -> index > 1, arrayEnumerate(days)) AS is_deleted
