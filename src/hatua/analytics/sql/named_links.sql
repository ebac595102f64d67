-- The same with the ids themselves, of some anonymous ids.
SELECT
    anonymous_key,
    argMax(user_key, place) AS linked_key,
    argMax(user_id, place) AS linked_user,
    any(anonymous_id) AS anonymous_id
FROM
(
    SELECT
        *,
        anonymous_key,
        user_key,
        concat(
            leftPad(hex(toUInt64(toUnixTimestamp64Milli(linked_at) + 4503599627370496)), 16, '0'),
            leftPad(hex(seq), 8, '0'),
            event_id) AS place
    FROM identity_links FINAL
    WHERE project_id = {project:String} AND NOT revoked AND $whose
)
GROUP BY anonymous_key
