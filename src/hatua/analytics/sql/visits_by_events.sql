-- Visits by their events in the range, in the shape of told_visits.sql: one row a visit and person. Arrays have an element
-- an event, of all persons of the visit (whose: `keys`), until they are cut to those of the row's own.
SELECT
    $columns
FROM
(
    SELECT
        session_key,
        person_key,
        place = 1 AS first,
        arrayMax(arrayFilter((one, key) -> key = person_key, knowns, keys)) AS known,
        arrayMax(arrayFilter((one, key) -> key = person_key, goals, keys)) AS achieved,
        countEqual(keys, person_key) AS events,
        arraySum(arrayFilter((one, key) -> key = person_key, views, keys)) AS pageviews
        $own
    FROM
    (
        SELECT
            session_key,
            groupArray(person_key) AS keys,
            groupArray(CAST(known, 'UInt8')) AS knowns,
            groupArray(is_goal) AS goals,
            groupArray(CAST(is_pageview, 'UInt8')) AS views
            $collected
        FROM ($seen)
        GROUP BY session_key
    )
    ARRAY JOIN arrayDistinct(keys) AS person_key, arrayEnumerate(arrayDistinct(keys)) AS place
) AS p
INNER JOIN ($visits) AS v ON v.session_key = p.session_key
