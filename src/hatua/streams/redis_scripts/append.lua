-- Admits events of one shard once each: dedup, append and ledger in one step.
-- KEYS[1] the shard's stream. ARGV: now_ms (0: the server's clock), window_ms, ledger_keep_ms,
--   number of ledger rows, then for each: project, minute, received;
--   number of rejections, then for each: project, minute, reason, events;
--   number of events, then for each: id (a 64-bit integer), bucket (a 24-bit integer), ledger row (from 1), packed event.
-- Returns {a string of '1' (admitted) and '0' (duplicate), length of the stream}.
--
-- Ids are kept in sets of 64-bit integers, which Redis stores sorted in 8 bytes each up to 512 of them; a set per bucket
-- and generation of half a window. How many buckets a generation has is decided when it starts, by how many ids the one
-- before had, for 128 ids a set.
local base = KEYS[1]
local now, window, keep = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if now == 0 then now = server_ms() end
local at = 4

local rows = {}
for i = 1, tonumber(ARGV[at]) do
  rows[i] = {ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), 0, 0}
  at = at + 3
end
at = at + 1
for _ = 1, tonumber(ARGV[at]) do
  local project, minute, reason, events = ARGV[at + 1], tonumber(ARGV[at + 2]), ARGV[at + 3], ARGV[at + 4]
  redis.call('HINCRBY', ledger_touch(base, minute, keep), 'r' .. (minute % 60) .. '|' .. reason .. '|' .. project, events)
  at = at + 4
end
at = at + 1
local events = tonumber(ARGV[at])
local answers = {}

if events > 0 then
  local generation_ms = math.floor(window / 2)
  local seen = base .. ':seen'
  local known = redis.call('HMGET', seen, 'generation', 'b0', 'b1', 'b2', 'ids')
  local generation = math.floor(now / generation_ms)
  local b0, b1, b2 = tonumber(known[2]), tonumber(known[3]), tonumber(known[4])
  local last = tonumber(known[1])
  if last and generation <= last then
    generation = last -- a clock that steps back starts no generation
  else
    local steps = last and generation - last or 3
    local wanted = math.max(1024, (tonumber(known[5]) or 0) / 128)
    local buckets = 1024
    while buckets < wanted and buckets < 1048576 do buckets = buckets * 2 end
    if steps == 1 then b1, b2 = b0, b1 elseif steps == 2 then b1, b2 = nil, b0 else b1, b2 = nil, nil end
    b0 = buckets
    redis.call('HSET', seen, 'generation', generation, 'b0', b0, 'b1', b1 or 0, 'b2', b2 or 0, 'ids', 0)
  end
  if b1 == 0 then b1 = nil end
  if b2 == 0 then b2 = nil end
  local g0 = seen .. ':' .. generation .. ':'
  local g1 = b1 and seen .. ':' .. (generation - 1) .. ':'
  local g2 = b2 and seen .. ':' .. (generation - 2) .. ':'
  local ttl = (generation + 4) * generation_ms - now
  local admitted = 0
  for i = 1, events do
    local id, bucket, row = ARGV[at + 1], tonumber(ARGV[at + 2]), rows[tonumber(ARGV[at + 3])]
    local duplicate = (b1 and redis.call('SISMEMBER', g1 .. (bucket % b1), id) == 1)
      or (b2 and redis.call('SISMEMBER', g2 .. (bucket % b2), id) == 1)
    if not duplicate then
      local set = g0 .. (bucket % b0)
      duplicate = redis.call('SADD', set, id) == 0
      if not duplicate then redis.call('PEXPIRE', set, ttl, 'NX') end
    end
    if duplicate then
      row[4] = row[4] + 1
      answers[i] = '0'
    else
      redis.call('XADD', base, '*', 'e', ARGV[at + 4])
      row[5] = row[5] + 1
      admitted = admitted + 1
      answers[i] = '1'
    end
    at = at + 4
  end
  if admitted > 0 then redis.call('HINCRBY', seen, 'ids', admitted) end
end

for _, row in ipairs(rows) do
  ledger_add(base, keep, row[1], row[2], row[3], row[4], row[5], 0, 0)
end
return {table.concat(answers), redis.call('XLEN', base)}
