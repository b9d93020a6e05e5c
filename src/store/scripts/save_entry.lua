--- @include _shared
--- @include _entries
--- @include _changes
-- Puts an entry on a list. Of one that is there already, expiry and reason are changed.
-- KEYS as in _entries
-- ARGV 1 id of a new one  2 field  3 expiry (ms) or ''  4 keys  5 note, sealed  6 how many there may be  7 what to tell
-- Returns {whether it is new, id, created} | false when there is no room
local id, field, created = ARGV[1], ARGV[2], clock()
sweep(created)
local present = redis.call('HGET', KEYS[1], field)
if present then
  id, created = unpack(parts(present))
elseif redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[6]) then
  return false
end
redis.call('HSET', KEYS[1], field, table.concat({ id, created, ARGV[3], ARGV[4] }, '|'))
redis.call('HSET', KEYS[2], id, field .. ' ' .. ARGV[5])
redis.call('ZADD', KEYS[3], 0, created .. ':' .. id)
redis.call('ZREM', KEYS[4], id)
if ARGV[3] ~= '' then redis.call('ZADD', KEYS[4], ARGV[3], id) end
changed(ARGV[7])
return { present and 0 or 1, id, tonumber(created) }
