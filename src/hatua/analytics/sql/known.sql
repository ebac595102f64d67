-- Which of these names are user ids: of a visit, or of a link that counts. `cut`: whether a visit may have more user ids
-- than it keeps, so that events must be asked too.
SELECT
    arrayDistinct(arrayFlatten(groupArray(among))) AS known,
    max(full) AS cut
FROM
(
    SELECT
        arrayIntersect(user_ids, {names:Array(String)}) AS among,
        length(user_ids) >= {most_ids:UInt32} AS full
    FROM sessions
    WHERE project_id = {project:String} AND (hasAny(user_ids, {names:Array(String)}) OR full)
    UNION ALL
    SELECT
        [user_id] AS among,
        false AS full
    FROM identity_links FINAL
    WHERE project_id = {project:String} AND NOT revoked AND user_id IN {names:Array(String)}
)
