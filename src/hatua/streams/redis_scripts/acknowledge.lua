-- Deletes events that are stored, and counts those that were still there.
-- KEYS[1] the shard's stream. ARGV: group, ledger_keep_ms, number of ledger rows,
--   then for each: project, minute, number of ids, the ids. Returns how many were there.
local base, group, keep = KEYS[1], ARGV[1], tonumber(ARGV[2])
local at, total = 3, 0
local rows = tonumber(ARGV[at])
for _ = 1, rows do
  local project, minute, ids = ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  at = at + 3
  local left = 0
  for from = at + 1, at + ids, 1000 do -- Lua passes a few thousand values at a time at most
    local upto = math.min(from + 999, at + ids)
    left = left + redis.call('XDEL', base, unpack(ARGV, from, upto))
    redis.pcall('XACK', base, group, unpack(ARGV, from, upto))
  end
  at = at + ids
  if left > 0 then ledger_add(base, keep, project, minute, 0, 0, 0, left, 0) end
  total = total + left
end
return total
