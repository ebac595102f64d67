SELECT bucket, stage, count() AS people
FROM ($stages)
GROUP BY bucket, stage
