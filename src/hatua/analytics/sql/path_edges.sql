SELECT step, node, last, next, count() AS visits, countIf(stops) AS stops, sum(took_ms) AS took_ms
FROM ($steps)
GROUP BY step, node, last, next
ORDER BY step, node, last, visits DESC, next
