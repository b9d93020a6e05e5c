--- @include _shared
-- Puts events into their application's stream: each once, however often and by however many relays it is tried. An
-- outbox is read from its beginning, so whatever is not beyond the shard's mark has been published.
-- KEYS 1 stream  2 marks: shard -> id of its last outbox entry that was published
-- ARGV 1 life of an event ms  2 how many are kept at most  3 life of the marks ms
--      4... shard, id in its outbox, type, webhook or '', event; a shard's in the order of its outbox
-- Returns how many were new
local now = clock()

-- Both parts are padded, so that the texts compare as the numbers do: those do not fit into Lua's.
local function comparable(id)
  local ms, n = string.match(id, '^(%d+)-(%d+)$')
  return string.rep('0', 20 - #ms) .. ms .. string.rep('0', 20 - #n) .. n
end

local moved, new = {}, 0
for i = 4, #ARGV, 5 do
  local shard, id, webhook = ARGV[i], ARGV[i + 1], ARGV[i + 3]
  -- Once one of a shard is new, so is all that follows it.
  local mark = not moved[shard] and redis.call('HGET', KEYS[2], shard)
  if not mark or comparable(id) > comparable(mark) then
    local fields = { 'e', ARGV[i + 4], 't', ARGV[i + 2] }
    if webhook ~= '' then fields[5], fields[6] = 'w', webhook end
    redis.call('XADD', KEYS[1], '*', unpack(fields))
    moved[shard], new = id, new + 1
  end
end
for shard, id in pairs(moved) do redis.call('HSET', KEYS[2], shard, id) end
if new > 0 then
  redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
end
redis.call('XTRIM', KEYS[1], 'MINID', '~', string.format('%d', now - tonumber(ARGV[1])))
return new
