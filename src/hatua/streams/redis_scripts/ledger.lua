-- Prepended to the other scripts. One hash per shard and hour; a field is `c<minute of hour>|<project>` with
-- "received duplicate admitted stored dead", or `r<minute of hour>|<reason>|<project>` with a count.
-- base: the shard's stream key; every other key of the shard starts with it, so that all share its hash tag.
local function ledger_key(base, minute)
  return base .. ':ledger:' .. math.floor(minute / 60)
end

local function ledger_touch(base, minute, keep_ms)
  local key = ledger_key(base, minute)
  if redis.call('EXISTS', key) == 0 then
    redis.call('ZADD', base .. ':ledger', math.floor(minute / 60), math.floor(minute / 60))
    redis.call('HSET', key, 'v', 1)
    redis.call('PEXPIRE', key, keep_ms)
  end
  return key
end

local function ledger_add(base, keep_ms, project, minute, received, duplicate, admitted, stored, dead)
  if received + duplicate + admitted == 0 and redis.call('EXISTS', ledger_key(base, minute)) == 0 then
    return -- that hour is no longer kept
  end
  local key = ledger_touch(base, minute, keep_ms)
  local field = 'c' .. (minute % 60) .. '|' .. project
  local before = redis.call('HGET', key, field)
  if before then
    local r, d, a, s, x = string.match(before, '^(%S+) (%S+) (%S+) (%S+) (%S+)$')
    received, duplicate, admitted = received + r, duplicate + d, admitted + a
    stored, dead = stored + s, dead + x
  end
  redis.call('HSET', key, field,
    string.format('%d %d %d %d %d', received, duplicate, admitted, stored, dead))
end
