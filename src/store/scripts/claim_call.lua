--- @include _shared
-- Gives a call with an Idempotency-Key to one process, for a lease; or tells what has become of it.
-- KEYS 1 call: print, runs, until (while it runs), answer
-- ARGV 1 fingerprint  2 lease ms  3 life ms
-- Returns {'run', which run this is} | {'answered', answer} | {'running'} | {'reused'}
local now = clock()
local s = redis.call('HMGET', KEYS[1], 'print', 'answer', 'until')
if s[1] and s[1] ~= ARGV[1] then return { 'reused' } end
if s[2] then return { 'answered', s[2] } end
if s[3] and now < tonumber(s[3]) then return { 'running' } end
redis.call('HSET', KEYS[1], 'print', ARGV[1], 'until', now + tonumber(ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return { 'run', redis.call('HINCRBY', KEYS[1], 'runs', 1) }
