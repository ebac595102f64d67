-- Writes down how many shards the log has, when it is new. KEYS[1] the log's hash. ARGV: shards. Returns the number.
redis.call('HSETNX', KEYS[1], 'shards', ARGV[1])
return tonumber(redis.call('HGET', KEYS[1], 'shards'))
