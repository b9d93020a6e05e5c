-- Makes an application.
-- KEYS 1 application  2 all applications
-- ARGV 1 id  2 name
-- Returns its fields
--- @include _shared
local now = clock()
redis.call('HSET', KEYS[1], 'name', ARGV[2], 'status', 'active', 'created', now)
redis.call('ZADD', KEYS[2], 0, now .. ':' .. ARGV[1])
return redis.call('HGETALL', KEYS[1])
