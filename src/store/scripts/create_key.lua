-- Makes a key of an application.
-- KEYS 1 key  2 application  3 keys of the application  4 token
-- ARGV 1 id  2 application  3 name  4 mode  5 scopes  6 ranges  7 expiry or ''  8 hash of the token
-- Returns its fields | false when there is no such application
--- @include _shared
if redis.call('EXISTS', KEYS[2]) == 0 then return false end
local now = clock()
redis.call('HSET', KEYS[1], 'app', ARGV[2], 'name', ARGV[3], 'mode', ARGV[4], 'scopes', ARGV[5], 'ranges', ARGV[6],
  'created', now, 'expires', ARGV[7], 'version', 1, 'hash', ARGV[8])
redis.call('ZADD', KEYS[3], 0, now .. ':' .. ARGV[1])
redis.call('SET', KEYS[4], ARGV[1] .. ':1')
return redis.call('HGETALL', KEYS[1])
