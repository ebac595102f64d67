-- Each identified visitor's link.
INSERT INTO identity_links
SELECT
    'bench', 'bench', anonymous_id, user_id, max(timestamp), 0, 'identify', '', false, toUInt64(toUnixTimestamp64Milli(max(timestamp)))
FROM events
WHERE project_id = 'bench' AND user_id != ''
GROUP BY anonymous_id, user_id
