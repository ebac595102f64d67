-- Takes over events that were delivered at least min_idle_ms ago and not acknowledged, if their shard is ours or free.
-- KEYS[1] the shard's stream. ARGV: group, consumer, token, now_ms (0: the server's clock), lease_ms, count, min_idle_ms.
--   Returns {0: somebody else's | 1: ours | 2: ours since now, [[id, fields], ...]}.
local base, group, consumer, token = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local now, lease, count = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
if now == 0 then now = server_ms() end
local ours, since_now = own(base, consumer, token, now, lease)
if not ours then return {0, {}} end
local found, cursor = {}, '0-0'
repeat
  local answer, failed = with_group(base, group, function()
    return redis.pcall('XAUTOCLAIM', base, group, consumer, ARGV[7], cursor, 'COUNT', count - #found)
  end)
  if failed then return failed end
  cursor = answer[1]
  for _, entry in ipairs(answer[2]) do found[#found + 1] = entry end
until cursor == '0-0' or #found >= count
return {since_now and 2 or 1, found}
