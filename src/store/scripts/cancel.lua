--- @include _shared
-- KEYS 1 state
-- ARGV 1 owner  2 id  3 name of the call, or ''
-- Returns 'unknown' | 'canceled' (also to the repeated call that has done it) | 'already_<final status>'
local now, prefix = clock(), prefix_of(KEYS[1])
local s = redis.call('HMGET', KEYS[1], 'app', 'status', 'expires', 'mode')
if owner(s[1], s[4]) ~= ARGV[1] then return 'unknown' end
if repeated(prefix, ARGV[3]) then return 'canceled' end
if s[2] ~= 'pending' then return 'already_' .. s[2] end
if now >= tonumber(s[3]) then
  finish(KEYS[1], ARGV[2], 'expired', now)
  return 'already_expired'
end
finish(KEYS[1], ARGV[2], 'canceled', now)
return remember(prefix, ARGV[3], 'canceled')
