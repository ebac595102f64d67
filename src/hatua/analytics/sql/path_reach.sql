SELECT depth, next, count() AS visits, sum(took_ms) AS took_ms
FROM ($reached)
GROUP BY depth, next
