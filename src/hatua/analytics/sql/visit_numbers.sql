-- The number of each person: that of its first row, so that numbers ascend as rows are read. `converted`: whether it has
-- the goal in any visit.
SELECT person_key, min(number) AS person, $converted AS converted
FROM ($visits)
GROUP BY person_key
