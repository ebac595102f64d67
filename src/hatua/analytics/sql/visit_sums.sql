-- What visits add up to by value, persons aside: the first values in an order, and one more. bound: no more persons than that.
SELECT
    value, sessions, pageviews, events, entered, bounces, bound,
    count() OVER () AS total_rows,
    sum(pageviews) OVER () AS all_pageviews,
    sum(events) OVER () AS all_events
FROM
(
    SELECT
        value,
        countIf(first) AS sessions,
        sumIf(value_view, first) AS pageviews,
        sumIf(value_event, first) AS events,
        countIf(first AND $entered) AS entered,
        countIf(first AND $entered AND non_heartbeat_events = 1) AS bounces,
        count() AS bound
    FROM ($facts)
    ARRAY JOIN values AS value, value_events AS value_event, value_views AS value_view
    GROUP BY value
)
ORDER BY $order DESC, value
LIMIT {candidates:UInt32} + 1
