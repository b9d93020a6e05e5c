--- @include _shared
--- @include _budgets
-- One verification as it stands.
-- KEYS 1 state  2 facts
-- ARGV 1 name of a call, or ''  2 sends budget  3 failures budget: '' where nobody is told what is left
-- Returns {now, state (flat fields), facts, 1 when the call has had its effect, sends left, next send at}
local now = clock()
local rcpt = redis.call('HGET', KEYS[1], 'rcpt')
if not rcpt then return { now, {}, '', 0, false, false } end
local prefix = prefix_of(KEYS[1])
local sends, failures = budget(prefix .. 'bs:' .. rcpt, ARGV[2]), budget(prefix .. 'bf:' .. rcpt, ARGV[3])
local state, facts = redis.call('HGETALL', KEYS[1]), redis.call('GET', KEYS[2]) or ''
return { now, state, facts, repeated(prefix, ARGV[1]) and 1 or 0, allowance(sends, failures, now) }
