-- Which shards have something due. Reads only: many pollers cost little.
-- KEYS the shards' due sets
-- Returns the positions (from 1) of those that do
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local ready = {}
for i, key in ipairs(KEYS) do
  if redis.call('ZCOUNT', key, '-inf', now) > 0 then ready[#ready + 1] = i end
end
return ready
