-- How many events each project has in each hour, in the order of the sort key of events.
SELECT project_id, toStartOfHour(timestamp) AS hour, count() AS events
FROM events
WHERE session_id != ''
GROUP BY project_id, hour
ORDER BY project_id, hour
