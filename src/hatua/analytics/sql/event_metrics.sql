SELECT
    grouped,
    uniqExact(person) AS visitors,
    uniqExactIf(person, known) AS users,
    uniqExact(session_id) AS sessions,
    countIf(is_pageview) AS pageviews,
    count() AS events
FROM ($seen)
GROUP BY grouped
