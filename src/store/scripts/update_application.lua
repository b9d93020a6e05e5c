-- Changes an application, unless it is gone.
-- KEYS 1 application
-- ARGV 1 id  2 name or ''  3 status or ''
-- Returns its fields | false
--- @include _changes
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'name', ARGV[2]) end
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'status', ARGV[3]) end
changed('a:' .. ARGV[1])
return redis.call('HGETALL', KEYS[1])
