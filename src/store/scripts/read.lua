--- @include _shared
-- One verification as it stands.
-- KEYS 1 state  2 facts
-- ARGV 1 name of a call, or ''
-- Returns {now, state (flat fields), facts, sends used, until when, 1 when the call has had its effect}
local now = clock()
local rcpt = redis.call('HGET', KEYS[1], 'rcpt')
if not rcpt then return { now, {}, '', 0, 0, 0 } end
local prefix = prefix_of(KEYS[1])
local count, until_when = sends_used(prefix, rcpt, now)
local done = repeated(prefix, ARGV[1]) and 1 or 0
return { now, redis.call('HGETALL', KEYS[1]), redis.call('GET', KEYS[2]) or '', count, until_when, done }
