-- The user ids of a project whose pseudonym (HMAC-SHA256 under the tenant's key, its first 40 bits in hex) is this one.
SELECT user_id
FROM
(
    SELECT DISTINCT arrayJoin(user_ids) AS user_id
    FROM sessions
    WHERE project_id = {project:String}
    UNION DISTINCT
    SELECT user_id
    FROM identity_links
    WHERE project_id = {project:String}
)
WHERE substring(lower(hex(SHA256(concat(
    unhex({outer:String}), SHA256(concat(unhex({inner:String}), user_id)))))), 1, 10) = {digits:String}
ORDER BY user_id
LIMIT 1
