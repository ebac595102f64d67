-- Moves events to the dead letters, those that are still in the log.
-- KEYS[1] the shard's stream. ARGV: group, ledger_keep_ms, failed_at_ms (0: the server's clock), number of events,
--   then for each: id, project, minute, packed event, reason, error. Returns how many were there.
local base, group, keep, failed_at = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
if failed_at == '0' then failed_at = string.format('%d', server_ms()) end
local at, total = 4, 0
for _ = 1, tonumber(ARGV[at]) do
  if redis.call('XDEL', base, ARGV[at + 1]) == 1 then
    redis.call('XADD', base .. ':dead', '*',
      'e', ARGV[at + 4], 'r', ARGV[at + 5], 'x', ARGV[at + 6], 'f', failed_at)
    ledger_add(base, keep, ARGV[at + 2], tonumber(ARGV[at + 3]), 0, 0, 0, 0, 1)
    total = total + 1
  end
  redis.pcall('XACK', base, group, ARGV[at + 1])
  at = at + 6
end
return total
