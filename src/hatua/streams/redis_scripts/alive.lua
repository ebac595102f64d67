-- Says that a consumer lives. KEYS[1] the sorted set of consumers. ARGV: consumer, now_ms (0: the server's clock),
--   lease_ms. Returns how many live.
local now = tonumber(ARGV[2])
if now == 0 then now = server_ms() end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%d', now))
return redis.call('ZCARD', KEYS[1])
