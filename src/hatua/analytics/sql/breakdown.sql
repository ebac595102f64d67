-- The groups of a page in their order, each in its place; those before it as place -1, those after it as place 0, merged.
SELECT
    multiIf(rank <= {offset:UInt64}, toInt64(-1), rank <= {end:UInt64}, toInt64(rank), toInt64(0)) AS place,
    argMin(grouped, rank) AS value,
    uniqExactMerge(c.visitors) AS visitors,
    $merged_sessions AS sessions,
    sum(c.pageviews) AS pageviews,
    sum(c.events) AS events,
    any(c.entered) AS entered,
    any(c.bounces) AS bounces,
    any(c.conversions) AS conversions,
    any(total) AS total_rows,
    any(mixed) AS mixed_visits
FROM
(
    SELECT *, row_number() OVER (ORDER BY $order DESC, grouped) AS rank, count() OVER () AS total, sum(mixed_visits) OVER () AS mixed
    FROM ($counts)
) AS c
GROUP BY place
ORDER BY place
