SELECT count() AS under_way
FROM system.mutations
WHERE database = currentDatabase() AND NOT is_done AND command LIKE '%UPDATE retention_days%'
