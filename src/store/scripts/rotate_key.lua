-- Gives a key another token. The one before works on for the overlap, but not past its own expiry; one still older stops.
-- KEYS 1 key  2 application  3 new token
-- ARGV 1 id  2 application  3 hash of the new token  4 overlap (ms)  5 new expiry, or '' to keep it
--      6 ms for which a token that has stopped is known as revoked
-- Returns its fields | false when the application has no such key
--- @include _shared
--- @include _access
--- @include _changes
local k = redis.call('HMGET', KEYS[1], 'app', 'version', 'hash', 'expires', 'revoked')
if k[1] ~= ARGV[2] or k[5] or redis.call('EXISTS', KEYS[2]) == 0 then return false end
local now = clock()
local old_until = math.max(now, math.min(now + ARGV[4], tonumber(k[4]) or math.huge))
local version = k[2] + 1
redis.call('HSET', KEYS[1], 'version', version, 'hash', ARGV[3], 'old_until', old_until)
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'expires', ARGV[5]) end
redis.call('PEXPIRE', AK .. 't:' .. k[3], old_until - now + ARGV[6])
redis.call('SET', KEYS[3], ARGV[1] .. ':' .. version)
changed('k:' .. ARGV[1])
return redis.call('HGETALL', KEYS[1])
