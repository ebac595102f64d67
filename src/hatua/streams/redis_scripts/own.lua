-- Prepended to take.lua, read.lua and claim.lua: one consumer at a time reads a shard, so that a person's events stay in order.
-- The owner is `consumer` in one life of it (`token`) until a deadline, which each read moves.
-- Another life of the same consumer waits for the deadline too: the one before may have an insert under way.
-- Returns whether the shard is ours, and whether it came to us just now.
local function own(base, consumer, token, now, lease_ms)
  local key = base .. ':owner'
  local owner = redis.call('HMGET', key, 'consumer', 'token', 'deadline')
  local ours = owner[2] == token
  if not ours and owner[1] and tonumber(owner[3]) > now then
    return false, false
  end
  redis.call('HSET', key, 'consumer', consumer, 'token', token, 'deadline', string.format('%d', now + lease_ms))
  return true, not ours
end

local function with_group(base, group, act)
  local answer = act()
  if type(answer) == 'table' and answer.err and string.find(answer.err, 'NOGROUP', 1, true) then
    redis.pcall('XGROUP', 'CREATE', base, group, '0', 'MKSTREAM')
    answer = act()
  end
  if type(answer) == 'table' and answer.err then return nil, answer end
  return answer
end
