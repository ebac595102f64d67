-- Prepended to scripts that need the time: one clock for all collectors and processors, the server's.
local function server_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
