-- Takes a key back.
-- KEYS 1 key  2 keys of the application
-- ARGV 1 id  2 application  3 ms for which its tokens are known as revoked
-- Returns 1 | 0 when the application has no such key
--- @include _shared
--- @include _access
--- @include _changes
local k = redis.call('HMGET', KEYS[1], 'app', 'created', 'revoked')
if k[1] ~= ARGV[2] or k[3] then return 0 end
revoke(ARGV[1], clock(), ARGV[3])
redis.call('ZREM', KEYS[2], k[2] .. ':' .. ARGV[1])
changed('k:' .. ARGV[1])
return 1
