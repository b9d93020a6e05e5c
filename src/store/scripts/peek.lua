-- Which shards have something due. Reads only: many pollers cost little.
-- KEYS the shards' due sets
-- Returns {positions (from 1) of those that do, positions of those that this node does not answer for}: while a slot is on
-- its way to another node each key that is not here, or not any more, is an error. That is no affair of the other shards.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local ready, silent = {}, {}
for i, key in ipairs(KEYS) do
  local count = redis.pcall('ZCOUNT', key, '-inf', now)
  if type(count) ~= 'number' then
    silent[#silent + 1] = i
  elseif count > 0 then
    ready[#ready + 1] = i
  end
end
return { ready, silent }
