--- @include _shared
-- One verification as it stands.
-- KEYS 1 state  2 facts
-- Returns {now, state (flat fields), facts, sends used, until when}
local now = clock()
local rcpt = redis.call('HGET', KEYS[1], 'rcpt')
if not rcpt then return { now, {}, '', 0, 0 } end
local count, until_when = sends_used(prefix_of(KEYS[1]), rcpt, now)
return { now, redis.call('HGETALL', KEYS[1]), redis.call('GET', KEYS[2]) or '', count, until_when }
