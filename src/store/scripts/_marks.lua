-- Shared by what is done with entries of the shards' outboxes, each once, however often and by however many relays it is
-- tried. An application's entries of an outbox come in order, so whatever is not beyond its shard's mark has been done.

-- Both parts are padded, so that the texts compare as the numbers do: those do not fit into Lua's.
local function comparable(id)
  local ms, n = string.match(id, '^(%d+)-(%d+)$')
  return string.rep('0', 20 - #ms) .. ms .. string.rep('0', 20 - #n) .. n
end

local moved = {}

-- Whether an entry is beyond its shard's mark, which it moves. A shard's entries in the order of its outbox.
local function is_new(marks, shard, id)
  -- Once one of a shard is new, so is all that follows it.
  local mark = not moved[shard] and redis.call('HGET', marks, shard)
  if mark and comparable(id) <= comparable(mark) then return false end
  moved[shard] = id
  return true
end

local function save_marks(marks, life)
  for shard, id in pairs(moved) do redis.call('HSET', marks, shard, id) end
  if next(moved) then redis.call('PEXPIRE', marks, life) end
end
