-- Everything that is counted of visits, by value.
SELECT
    value AS grouped,
    uniqExact$state(person_key) AS visitors,
    uniqExactIf(person_key, known) AS users,
    $sessions AS sessions,
    sumIf(value_view, first) AS pageviews,
    sumIf(value_event, first) AS events,
    countIf($once AND $entered) AS entered,
    countIf($once AND $entered AND non_heartbeat_events = 1) AS bounces,
    $conversions AS conversions,
    sumIf(duration, $once) AS duration_ms,
    quantileExactInclusiveIf(0.5)(duration, $once) AS median_ms,
    count() AS bound,
    countIf(mixed) AS mixed_visits
FROM ($facts)
ARRAY JOIN values AS value, value_events AS value_event, value_views AS value_view $also
GROUP BY value
