-- What the shards have to tell and is not published yet. Reads only: many relays cost little.
-- KEYS the shards' outboxes
-- ARGV 1 how many entries of one shard at most  2 JSON: outbox -> the entry behind which to begin
-- Returns {a flat list, for each shard in the order of its outbox: position (from 1) of the shard, id of the entry, what it
-- tells, ...; positions of those that this node does not answer for, as in peek.lua}
local begins = cjson.decode(ARGV[2])
local found, n, silent = {}, 0, {}
for i, key in ipairs(KEYS) do
  local length = redis.pcall('XLEN', key)
  if type(length) ~= 'number' then
    silent[#silent + 1] = i
  elseif length > 0 then
    local from = begins[key] and '(' .. begins[key] or '-'
    for _, entry in ipairs(redis.call('XRANGE', key, from, '+', 'COUNT', ARGV[1])) do
      found[n + 1], found[n + 2], found[n + 3] = i, entry[1], entry[2][2]
      n = n + 3
    end
  end
end
return { found, silent }
