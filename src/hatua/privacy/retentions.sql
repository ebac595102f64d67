-- The retentions that stand on the rows of each project.
SELECT project_id, groupUniqArray(retention_days) AS days
FROM events
GROUP BY project_id
