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
          SELECT project_id, hour, session_id
          FROM session_hours
          WHERE project_id = {project:String} AND session_id IN $crossing
      )
    GROUP BY session_id, bucket
) AS p
INNER JOIN (SELECT * FROM ($visits) WHERE session_id IN $crossing) AS v ON v.session_id = p.session_id
