-- Which of these names are user ids: of an event, or of a link that counts.
SELECT DISTINCT user_id AS person
FROM events
WHERE project_id = {project:String} AND user_id IN {names:Array(String)}
UNION DISTINCT
SELECT user_id AS person
FROM identity_links FINAL
WHERE project_id = {project:String} AND NOT revoked AND user_id IN {names:Array(String)}
