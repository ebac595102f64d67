-- Reads a shard for its owner.
-- KEYS[1] the shard's stream. ARGV: group, consumer, token, now_ms (0: the server's clock), lease_ms, count,
--   cursor ('': new events; else: events that were delivered before to whomever and not acknowledged, from there).
-- Returns {0: somebody else's | 1: ours | 2: ours since now, next cursor, [[id, fields], ...], last delivered id}.
-- A shard that came to us just now is read from cursor '0-0' whatever was asked for.
local base, group, consumer, token = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local now, lease, count, cursor = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]
if now == 0 then now = server_ms() end
local ours, since_now = own(base, consumer, token, now, lease)
if not ours then return {0, '', {}, ''} end
if since_now then cursor = '0-0' end

if cursor ~= '' then
  local answer, failed = with_group(base, group, function()
    return redis.pcall('XAUTOCLAIM', base, group, consumer, 0, cursor, 'COUNT', count)
  end)
  if failed then return failed end
  return {since_now and 2 or 1, answer[1], answer[2], ''}
end

local answer, failed = with_group(base, group, function()
  return redis.pcall('XREADGROUP', 'GROUP', group, consumer, 'COUNT', count, 'STREAMS', base, '>')
end)
if failed then return failed end
if answer then return {1, '', answer[1][2], ''} end
for _, info in ipairs(redis.call('XINFO', 'GROUPS', base)) do
  if info[2] == group then return {1, '', {}, info[8]} end
end
return {1, '', {}, '0-0'}
