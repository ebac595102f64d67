SELECT grouped, count() AS events
FROM ($seen)
WHERE grouped != '' AND ({search:String} = '' OR positionCaseInsensitiveUTF8(grouped, {search:String}) > 0)
GROUP BY grouped
ORDER BY events DESC, grouped
LIMIT {limit:UInt32}
