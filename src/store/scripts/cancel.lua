--- @include _shared
-- KEYS 1 state
-- ARGV 1 application  2 id
-- Returns 'unknown' | 'canceled' | 'already_<final status>'
local now = clock()
local s = redis.call('HMGET', KEYS[1], 'app', 'status', 'expires')
if s[1] ~= ARGV[1] then return 'unknown' end
if s[2] ~= 'pending' then return 'already_' .. s[2] end
if now >= tonumber(s[3]) then
  finish(KEYS[1], ARGV[2], 'expired', now)
  return 'already_expired'
end
finish(KEYS[1], ARGV[2], 'canceled', now)
return 'canceled'
