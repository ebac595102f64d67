-- Which of these names are user ids of an event.
SELECT DISTINCT user_id AS person
FROM events
WHERE project_id = {project:String} AND user_id IN {names:Array(String)}
