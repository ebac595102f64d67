-- Visits by their events in the range, in the shape of told_visits.sql: one row a visit and person (who is a user in one
-- event and nobody known in another under the same id: two rows). Arrays have an element an event, of all persons of the
-- visit, until they are cut to those of the row's own.
SELECT
    toUInt32(2147483648 + rowNumberInAllBlocks()) AS number,
    $columns
FROM
(
    SELECT
        session_key,
        who.1 AS person_key,
        who.2 AS known,
        place = 1 AS first,
        arrayMax(arrayFilter((one, by) -> by = who, goals, persons)) AS achieved,
        countEqual(persons, who) AS events,
        arraySum(arrayFilter((one, by) -> by = who, views, persons)) AS pageviews
        $own
    FROM
    (
        SELECT
            session_key,
            arrayZip(groupArray(person_key), groupArray(CAST(known, 'UInt8'))) AS persons,
            groupArray(is_goal) AS goals,
            groupArray(CAST(is_pageview, 'UInt8')) AS views
            $collected
        FROM ($seen)
        GROUP BY session_key
    )
    ARRAY JOIN arrayDistinct(persons) AS who, arrayEnumerate(arrayDistinct(persons)) AS place
) AS p
INNER JOIN ($visits) AS v ON v.session_key = p.session_key
