-- People of a selection of events in numbers, last seen first, after a place in that order.
SELECT *, total_people AS total
FROM
(
    SELECT *, count() OVER () AS total_people
    FROM
    (
        SELECT
            person,
            any(person_key) AS key,
            max(known) AS known,
            min(ts) AS first_ms,
            max(ts) AS last_ms,
            uniqExact(session_id) AS sessions,
            count() AS events,
            arraySort(groupUniqArray(channel)) AS channels,
            argMax((country_code, city, device_type, browser, os), (ts, seq, event_id)) AS latest
        FROM ($seen)
        WHERE $chosen
        GROUP BY person
        HAVING ($search) AND $narrowed
    )
)
WHERE $after
ORDER BY last_ms DESC, person
LIMIT {limit:UInt32}
