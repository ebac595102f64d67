-- Becomes the owner of a shard that has none. KEYS[1] the shard's stream. ARGV: consumer, token,
--   now_ms (0: the server's clock), lease_ms. Returns 0: somebody else's | 1: ours | 2: ours since now.
local now = tonumber(ARGV[3])
if now == 0 then now = server_ms() end
local ours, since_now = own(KEYS[1], ARGV[1], ARGV[2], now, tonumber(ARGV[4]))
return ours and (since_now and 2 or 1) or 0
