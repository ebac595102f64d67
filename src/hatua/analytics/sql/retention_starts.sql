-- Who is in the cohort of which bucket: of every bucket with a start event.
SELECT DISTINCT $who, grouped AS bucket FROM ($starts)
