-- One person in numbers. Sums by value are maps of value -> events; a device is [type, os, browser] as JSON.
SELECT
    count() AS events,
    max(user_id = {person:String}) AS known,
    countIf($is_pageview) AS pageviews,
    uniqExact(session_id) AS sessions,
    toUnixTimestamp64Milli(min(timestamp)) AS first_ms,
    toUnixTimestamp64Milli(max(timestamp)) AS last_ms,
    sumMap(map(toString(channel), toUInt64(1))) AS channels,
    sumMap(map(toString(country_code), toUInt64(1))) AS countries,
    sumMap(map(toJSONString([toString(device_type), toString(os), toString(browser)]), toUInt64(1))) AS devices,
    maxMap(map(toJSONString([toString(device_type), toString(os), toString(browser)]), toUnixTimestamp64Milli(timestamp)))
        AS device_last,
    arraySort(groupArrayIf((timestamp, seq, event_id, properties), event_type = 'identify' OR event_name = 'identify')) AS identified
FROM events AS e
WHERE project_id = {project:String} AND $in_hours AND $belongs
