-- Which shards have events that are not published yet. Reads only: many relays cost little.
-- KEYS the shards' outboxes
-- Returns the positions (from 1) of those that do
local ready = {}
for i, key in ipairs(KEYS) do
  if redis.call('XLEN', key) > 0 then ready[#ready + 1] = i end
end
return ready
