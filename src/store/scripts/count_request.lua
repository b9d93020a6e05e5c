-- Counts one request of a key in the window that its first one has opened.
-- KEYS 1 counter
-- ARGV 1 window ms  2 1 to count, 0 only to look
-- Returns {requests in this window, ms until it ends (0 when none is open)}
if ARGV[2] == '0' then return { tonumber(redis.call('GET', KEYS[1]) or 0), math.max(redis.call('PTTL', KEYS[1]), 0) } end
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return { count, redis.call('PTTL', KEYS[1]) }
