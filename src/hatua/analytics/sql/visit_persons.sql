-- One row a visit that its row of the table can tell: it lies in the range and is known under at most one user and one
-- anonymous id. `mixed`: these are two persons, so that its events must be asked after all.
SELECT
    f.values AS values, f.value_events AS value_events, f.value_views AS value_views,
    f.session_key AS session_key, f.entry_page AS entry_page, f.non_heartbeat_events AS non_heartbeat_events,
    f.duration AS duration,
    true AS told,
    true AS first,
    if(f.user_key != 0, f.user_key, if(l.linked_key != 0, l.linked_key, f.anonymous_key)) AS person_key,
    f.user_key != 0 OR l.linked_key != 0 AS known,
    f.achieved AS achieved,
    f.user_key != 0 AND f.anonymous_key != 0 AND if(l.linked_key != 0, l.linked_key, f.anonymous_key) != f.user_key AS mixed
FROM ($visits) AS f
LEFT ANY JOIN ($links) AS l ON l.anonymous_key = f.anonymous_key
