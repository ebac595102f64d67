-- The same rows with the persons as small numbers, for which exact sets are bitmaps.
SELECT f.* EXCEPT ($left_out), p.person AS person, p.converted AS converted
FROM $visits AS f
LEFT ANY JOIN ($persons) AS p ON p.person_key = f.person_key
WHERE $told
