-- The user each anonymous id was last linked to; undone links do not count. Keys are 64-bit hashes of ids. The order is one
-- text, since argMax by a tuple takes three times as long.
SELECT
    anonymous_key,
    argMax(
        user_key,
        concat(
            leftPad(hex(toUInt64(toUnixTimestamp64Milli(linked_at) + 4503599627370496)), 16, '0'),
            leftPad(hex(seq), 8, '0'),
            event_id)) AS linked_key
FROM identity_links FINAL
WHERE project_id = {project:String} AND NOT revoked AND $whose
GROUP BY anonymous_key
