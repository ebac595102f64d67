-- Visits instead of events: one row a visit (of buckets: a visit and bucket) with what it did in the range. A visit that
-- lies inside is its row of the table; of one that crosses an edge, the events inside are counted. Lists of ids that the
-- table may have cut at 1,000 are not trusted.
SELECT
    $grouped_inside AS grouped,
    session_id,
    events, pageviews, non_heartbeat_events,
    dateDiff('millisecond', started_at, ended_at) AS duration,
    user_ids, anonymous_ids
FROM ($visits) AS v
WHERE $inside AND $conditions
UNION ALL
SELECT
    $grouped_crossing AS grouped,
    v.session_id AS session_id,
    p.events AS events, p.pageviews AS pageviews, v.non_heartbeat_events AS non_heartbeat_events,
    dateDiff('millisecond', v.started_at, v.ended_at) AS duration,
    p.user_ids AS user_ids, p.anonymous_ids AS anonymous_ids
FROM
(
    SELECT
        session_id,
        $bucket AS bucket,
        count() AS events,
        countIf($is_pageview) AS pageviews,
        groupUniqArrayIf(user_id, user_id != '') AS user_ids,
        groupUniqArrayIf(anonymous_id, user_id = '' AND anonymous_id != '') AS anonymous_ids
    FROM events AS e
    WHERE e.project_id = {project:String}
      AND e.timestamp >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
      AND e.timestamp < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
      AND (project_id, toStartOfHour(timestamp), session_id) IN
      (
          -- answered from the projection hours_of_session
          SELECT project_id, toStartOfHour(timestamp), session_id
          FROM events
          WHERE (project_id, session_id) IN (SELECT project_id, session_id FROM ($visits) AS v WHERE NOT ($inside) AND $conditions)
          GROUP BY project_id, session_id, toStartOfHour(timestamp)
      )
    GROUP BY session_id, bucket
) AS p
INNER JOIN (SELECT * FROM ($visits) AS v WHERE NOT ($inside) AND $conditions) AS v ON v.session_id = p.session_id
