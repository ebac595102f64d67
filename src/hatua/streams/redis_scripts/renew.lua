-- Keeps a shard for an owner that is alive but busy. KEYS[1] the shard's stream.
-- ARGV: token, now_ms (0: the server's clock), lease_ms. Returns 1, or 0 when the shard is no longer ours.
local key, now = KEYS[1] .. ':owner', tonumber(ARGV[2])
if redis.call('HGET', key, 'token') ~= ARGV[1] then return 0 end
if now == 0 then now = server_ms() end
redis.call('HSET', key, 'deadline', string.format('%d', now + tonumber(ARGV[3])))
return 1
