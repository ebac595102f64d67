SELECT min(minute) AS first, max(minute) AS last, count() AS events
FROM erased
WHERE project_id = {project:String} AND kind = {kind:String} AND job = {job:String}
