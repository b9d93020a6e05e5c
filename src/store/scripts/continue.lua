--- @include _shared
--- @include _budgets
-- Sends a live verification's code again: the new plan from the given step, budgets kept. Without a new code the expiry
-- is kept too; a new code has a life of its own.
-- KEYS 1 state  2 facts  3 sends budget  4 failures budget  5 index by reference (only with a reference)
-- ARGV 1 id  2 generation of the code that the caller saw  3 facts  4 sends budget  5 failures budget  6 grace ms
--      7 ms that the facts are kept after the code's end  8 step  9 channel  10 account  11 lease ms
--      12 delay ms (a call may be too near)
--      13 MAC of a new code, or '' to keep the old one  14 its ttl ms  15 1 when older codes stay right  16 ms for the record
--      17 round that the caller saw, if it repeats that round's plan; '' when it brings a plan of its own
--      18 sends of one verification at most  19 webhook that events go to from now on, or '' to keep what there is
--      20 name of the call, or ''  21 the caller's own code, sealed, or '' (only with a new code)
-- Returns {'continued', id, revision, expires, sends left, next send at} | {'changed'} | {'limited', name, ms, until when}
local now = clock()
local key, id, prefix = KEYS[1], ARGV[1], prefix_of(KEYS[1])
local s = redis.call('HMGET', key, 'status', 'expires', 'gen', 'created', 'rcpt', 'slot', 'round', 'sends')
local expires = tonumber(s[2])
-- The call has had its effect: whoever begins again finds that.
if repeated(prefix, ARGV[20]) then return { 'changed' } end
-- Only a new code makes the caller's facts wrong; deliveries and other continuations do not.
if s[1] ~= 'pending' or now >= expires or s[3] ~= ARGV[2] then return { 'changed' } end
if ARGV[17] ~= '' and ARGV[17] ~= s[7] then return { 'changed' } end
-- Each send adds to the record, and a rotated code is one more to compare: a caller in a loop must come to an end.
if tonumber(s[8]) >= tonumber(ARGV[18]) then return { 'limited', 'sends_per_verification', expires - now, expires } end

local sends, failures = budget(KEYS[3], ARGV[4]), budget(KEYS[4], ARGV[5])
local name, wait = refusing(sends, failures, now)
if name then return { 'limited', name, wait, now + wait } end
use(sends, now)

redis.call('SET', KEYS[2], ARGV[3], 'KEEPTTL')
if ARGV[13] ~= '' then
  local g = redis.call('HINCRBY', key, 'gen', 1)
  -- What it replaces stays replaced, also when a later one lets older codes stay right.
  if ARGV[15] ~= '1' then
    for old = 1, g - 1 do redis.call('HSET', key, 'e' .. old, now) end
  end
  expires = now + tonumber(ARGV[14])
  redis.call('HSET', key, 'm' .. g, ARGV[13], 'e' .. g, expires, 'any', ARGV[15], 'expires', expires)
  redis.call('PEXPIREAT', key, expires + tonumber(ARGV[16]))
  redis.call('PEXPIREAT', KEYS[2], expires + tonumber(ARGV[7]))
  redis.call('PEXPIRE', prefix .. 'n:' .. s[5], LONGEST_TTL + tonumber(ARGV[16]), 'GT')
  if ARGV[21] ~= '' then redis.call('HSET', key, 'own', ARGV[21]) else redis.call('HDEL', key, 'own') end
  redis.call('PEXPIREAT', prefix .. 'p:' .. s[5] .. ':' .. s[6], expires)
end
redis.call('HINCRBY', key, 'sends', 1)
redis.call('HINCRBY', key, 'round', 1)
redis.call('HINCRBY', key, 'rev', 1)
redis.call('HSET', key, 'delivery', 'queued')
if ARGV[19] ~= '' then redis.call('HSET', key, 'hook', ARGV[19]) end
schedule(key, now + tonumber(ARGV[12]), ARGV[8], ARGV[9], ARGV[10], ARGV[11])
if KEYS[5] then
  local index_life = LONGEST_TTL + tonumber(ARGV[16])
  redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', now - index_life)
  redis.call('ZADD', KEYS[5], s[4], id)
  redis.call('PEXPIRE', KEYS[5], index_life)
end
settle(key, id, now, tonumber(ARGV[6]), true)
local revision = redis.call('HGET', key, 'rev')
return remember(prefix, ARGV[20], { 'continued', id, revision, expires, allowance(sends, failures, now) })
