-- Gives a shard up, if it is ours. KEYS[1] the shard's stream. ARGV: token. Returns 1 if it was.
local key = KEYS[1] .. ':owner'
if redis.call('HGET', key, 'token') == ARGV[1] then return redis.call('DEL', key) end
return 0
