-- Puts dead letters back at the end of the log, or deletes them for good.
-- KEYS[1] the shard's stream. ARGV: ledger_keep_ms, 1: replay | 0: purge, then for each letter: id, project, minute.
-- Returns how many there were.
local base, keep, replay = KEYS[1], tonumber(ARGV[1]), ARGV[2] == '1'
local dead, total = base .. ':dead', 0
for i = 3, #ARGV, 3 do
  local found = redis.call('XRANGE', dead, ARGV[i], ARGV[i])
  if found[1] then
    redis.call('XDEL', dead, ARGV[i])
    if replay then
      redis.call('XADD', base, '*', 'e', found[1][2][2], 's', '1')
      ledger_add(base, keep, ARGV[i + 1], tonumber(ARGV[i + 2]), 0, 0, 0, 0, -1)
    end
    total = total + 1
  end
end
return total
