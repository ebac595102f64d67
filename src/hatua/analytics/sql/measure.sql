-- Numbers and actors of a selection of events, by group. An actor of '' or 0 is none.
SELECT
    grouped,
    count() AS events,
    uniqExactIf(actor, has_actor) AS actors,
    uniqExactIf(actor, has_actor AND $key IN (SELECT $key FROM ($goal) WHERE has_actor)) AS converted,
    count(number) AS numbers,
    sum(number) AS total,
    uniqExactIf(actor, has_actor AND number IS NOT NULL) AS numbered_actors,
    min(number) AS least,
    max(number) AS most,
    quantilesExactInclusiveIf(0.5, 0.9, 0.95, 0.99)(assumeNotNull(number), number IS NOT NULL) AS quantiles
FROM ($seen)
GROUP BY grouped
ORDER BY events DESC, grouped
