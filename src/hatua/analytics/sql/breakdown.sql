-- The first groups in their order, each in its place; those after them as place 0, merged.
SELECT
    if(rank <= {end:UInt64}, rank, 0) AS place,
    argMin(c.grouped, rank) AS grouped,
    uniqExactMerge(c.visitors) AS visitors,
    uniqExactMerge(c.sessions) AS sessions,
    sum(c.pageviews) AS pageviews,
    sum(c.events) AS events,
    any(c.entered) AS entered,
    any(c.bounces) AS bounces,
    any(c.conversions) AS conversions,
    any(total) AS total_rows
FROM
(
    SELECT *, row_number() OVER (ORDER BY $order DESC, grouped) AS rank, count() OVER () AS total
    FROM ($counts)
) AS c
GROUP BY place
ORDER BY place
