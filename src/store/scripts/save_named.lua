--- @include _changes
-- Saves something that people make under a name, if nobody has changed it since it was read, its name is free, and what
-- it refers to is there.
-- KEYS 1 all of its kind: <id> -> JSON, name:<name> -> id  2 all of the kind that it refers to
-- ARGV 1 id  2 name  3 JSON  4 JSON that was read, or '' for a new one  5 its name  6 how many there may be
--      7 what to tell all processes  8… names or ids of what it refers to
-- Returns 'saved' | 'taken' | 'changed' | 'full' | 'missing:' and the reference that leads nowhere
local all, id, name = KEYS[1], ARGV[1], ARGV[2]
if (redis.call('HGET', all, id) or '') ~= ARGV[4] then return 'changed' end
local owner = redis.call('HGET', all, 'name:' .. name)
if owner and owner ~= id then return 'taken' end
if ARGV[4] == '' and redis.call('HLEN', all) >= tonumber(ARGV[6]) * 2 then return 'full' end
for i = 8, #ARGV do
  local there = redis.call('HEXISTS', KEYS[2], ARGV[i]) + redis.call('HEXISTS', KEYS[2], 'name:' .. ARGV[i])
  if there == 0 then return 'missing:' .. ARGV[i] end
end
if ARGV[5] ~= '' and ARGV[5] ~= name then redis.call('HDEL', all, 'name:' .. ARGV[5]) end
redis.call('HSET', all, id, ARGV[3], 'name:' .. name, id)
changed(ARGV[7])
return 'saved'
