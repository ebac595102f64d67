-- Everything that is counted of single events, by group. A visitor's goal is looked for anywhere in the range; bounces
-- are those of the visits that the filters let enter.
SELECT
    grouped,
    uniqExact$state(person_key) AS visitors,
    uniqExactIf$state(person_key, known) AS users,
    uniqExact$state(session_key) AS sessions,
    countIf(is_pageview) AS pageviews,
    count() AS events,
    uniqExactIf(session_key, $entered) AS entered,
    uniqExactIf(session_key, $entered AND session_key IN (SELECT session_key FROM ($visits) WHERE non_heartbeat_events = 1)) AS bounces,
    uniqExactIf(person_key, person_key IN (SELECT person_key FROM ($goal))) AS conversions
FROM ($seen)
GROUP BY grouped
