-- What the shards have to tell and is not published yet. Reads only: many relays cost little.
-- KEYS the shards' outboxes
-- ARGV 1 how many entries of one shard at most
-- Returns a flat list, for each shard in the order of its outbox: position (from 1) of the shard, id of the entry, what it tells, ...
local found, n = {}, 0
for i, key in ipairs(KEYS) do
  if redis.call('XLEN', key) > 0 then
    for _, entry in ipairs(redis.call('XRANGE', key, '-', '+', 'COUNT', ARGV[1])) do
      found[n + 1], found[n + 2], found[n + 3] = i, entry[1], entry[2][2]
      n = n + 3
    end
  end
end
return found
