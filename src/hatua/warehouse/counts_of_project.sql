SELECT
    (SELECT count() FROM events WHERE project_id = {project:String}) AS events,
    (SELECT count() FROM sessions FINAL WHERE project_id = {project:String}) AS sessions,
    (SELECT count() FROM session_hours WHERE project_id = {project:String}) AS session_hours,
    (SELECT count() FROM identity_links FINAL WHERE project_id = {project:String}) AS links
