-- Saves a profile if nobody has changed it since it was read, and its name is free.
-- KEYS 1 profiles of the application: <id> -> JSON, name:<name> -> id
-- ARGV 1 id  2 name  3 JSON  4 JSON that was read, or '' for a new one  5 its name  6 how many there may be
-- Returns 'saved' | 'taken' | 'changed' | 'full'
local profiles, id, name = KEYS[1], ARGV[1], ARGV[2]
if (redis.call('HGET', profiles, id) or '') ~= ARGV[4] then return 'changed' end
local owner = redis.call('HGET', profiles, 'name:' .. name)
-- A profile that was renamed while it was being deleted has left its new name behind: that is free.
if owner and owner ~= id and redis.call('HEXISTS', profiles, owner) == 1 then return 'taken' end
if ARGV[4] == '' and redis.call('HLEN', profiles) >= tonumber(ARGV[6]) * 2 then return 'full' end
if ARGV[5] ~= '' and ARGV[5] ~= name then redis.call('HDEL', profiles, 'name:' .. ARGV[5]) end
redis.call('HSET', profiles, id, ARGV[3], 'name:' .. name, id)
return 'saved'
