--- @include _shared
-- Sends a live verification's code again: the new plan from the given step, budgets kept. Without a new code the expiry
-- is kept too; a new code has a life of its own.
-- KEYS 1 state  2 facts  3 sends budget  4 failures budget  5 index by reference (only with a reference)
-- ARGV 1 id  2 generation of the code that the caller saw  3 facts  4 sends limit  5 sends window ms
--      6 failures limit  7 grace ms
--      8 index life ms  9 step  10 channel  11 account  12 lease ms  13 delay ms (a call may be too near)
--      14 MAC of a new code, or '' to keep the old one  15 its ttl ms  16 1 when older codes stay right  17 retention ms
--      18 round that the caller saw, if it repeats that round's plan; '' when it brings a plan of its own
--     19 sends of one verification at most  20 webhook that events go to from now on, or '' to keep what there is
--     21 name of the call, or ''
-- Returns {'continued', id, revision, expires, sends used, until when} | {'changed'} | {'limited', name, ms}
local now = clock()
local key, id, prefix = KEYS[1], ARGV[1], prefix_of(KEYS[1])
local s = redis.call('HMGET', key, 'status', 'expires', 'gen', 'created', 'rcpt', 'slot', 'round', 'sends')
local expires = tonumber(s[2])
-- The call has had its effect: whoever begins again finds that.
if repeated(prefix, ARGV[21]) then return { 'changed' } end
-- Only a new code makes the caller's facts wrong; deliveries and other continuations do not.
if s[1] ~= 'pending' or now >= expires or s[3] ~= ARGV[2] then return { 'changed' } end
if ARGV[18] ~= '' and ARGV[18] ~= s[7] then return { 'changed' } end
-- Each send adds to the record, and a rotated code is one more to compare: a caller in a loop must come to an end.
if tonumber(s[8]) >= tonumber(ARGV[19]) then return { 'limited', 'sends_per_verification', expires - now } end

local sends_limit = tonumber(ARGV[4])
local name, wait = refusing(KEYS[3], sends_limit, KEYS[4], tonumber(ARGV[6]))
if name then return { 'limited', name, wait } end
use(KEYS[3], sends_limit, ARGV[5])

redis.call('SET', KEYS[2], ARGV[3], 'KEEPTTL')
if ARGV[14] ~= '' then
  local g = redis.call('HINCRBY', key, 'gen', 1)
  expires = now + tonumber(ARGV[15])
  redis.call('HSET', key, 'm' .. g, ARGV[14], 'e' .. g, expires, 'any', ARGV[16], 'expires', expires)
  redis.call('PEXPIREAT', key, expires + tonumber(ARGV[17]))
  redis.call('PEXPIREAT', KEYS[2], expires + tonumber(ARGV[17]))
  redis.call('PEXPIREAT', prefix .. 'p:' .. s[5] .. ':' .. s[6], expires)
end
redis.call('HINCRBY', key, 'sends', 1)
redis.call('HINCRBY', key, 'round', 1)
redis.call('HINCRBY', key, 'rev', 1)
redis.call('HSET', key, 'delivery', 'queued')
if ARGV[20] ~= '' then redis.call('HSET', key, 'hook', ARGV[20]) end
schedule(key, now + tonumber(ARGV[13]), ARGV[9], ARGV[10], ARGV[11], ARGV[12])
if KEYS[5] then
  redis.call('ZADD', KEYS[5], s[4], id)
  redis.call('PEXPIRE', KEYS[5], ARGV[8])
end
settle(key, id, now, tonumber(ARGV[7]), true)
local revision = redis.call('HGET', key, 'rev')
return remember(prefix, ARGV[21], { 'continued', id, revision, expires, sends_used(prefix, s[5], now) })
