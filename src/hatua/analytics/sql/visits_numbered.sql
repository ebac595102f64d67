-- The same rows with the persons as small numbers, for which exact sets are bitmaps: the number of a person's first row.
-- `converted`: whether the person has the goal in any visit.
SELECT f.* EXCEPT ($left_out), p.person AS person, p.converted AS converted
FROM $facts AS f
LEFT ANY JOIN
(
    SELECT person_key, min(number) AS person, $converted AS converted
    FROM $facts
    GROUP BY person_key
) AS p ON p.person_key = f.person_key
