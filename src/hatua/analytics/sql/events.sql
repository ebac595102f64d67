-- Events in an order, after a place in it; without their persons, who are looked up for what is shown.
SELECT
    e.event_id AS event_id, e.event_name AS event_name, e.event_type AS event_type,
    e.timestamp AS timestamp, e.received_at AS received_at, e.processed_at AS processed_at, e.seq AS seq,
    e.anonymous_id AS anonymous_id, e.user_id AS user_id,
    e.session_id AS session_id, e.channel AS channel, e.campaign_id AS campaign_id,
    e.page_path AS page_path, e.page_title AS page_title, e.page_url AS page_url,
    e.referrer_host AS referrer_host, e.referrer_channel AS referrer_channel,
    e.utm_source AS utm_source, e.utm_medium AS utm_medium, e.utm_campaign AS utm_campaign,
    e.country_code AS country_code, e.region AS region, e.city AS city,
    e.device_type AS device_type, e.os AS os, e.browser AS browser, e.locale AS locale,
    e.journey_start AS journey_start, e.journey_end AS journey_end,
    e.properties AS properties, e.context AS context
FROM events AS e
$visits
WHERE e.project_id = {project:String}
  AND e.timestamp >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND e.timestamp < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND $conditions
ORDER BY $order
LIMIT {limit:UInt32}
