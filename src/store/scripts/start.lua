--- @include _shared
--- @include _budgets
-- Starts a verification, unless one is live for the same recipient and slot.
-- KEYS 1 state  2 facts  3 pending pointer  4 sends budget  5 failures budget  6 index by number  7 index by time
--      8 index by reference (only with a reference)
-- ARGV 1 id  2 ttl ms  3 ms that the record is kept after the code's end  4 that the facts are  5 facts
--      6 sends budget  7 failures budget
--      8 grace ms: the starter adds the job itself; only if it dies does the poller, after this
--      9 name of the call, or ''  10... fields of the state
-- Returns {'created', id, now, sends left, next send at} | {'pending', id} | {'limited', name, ms, until when}
-- A repeated call gets its first answer: that, or {'continued', id, ...} of continue.lua.
local now = clock()
local key, id, prefix = KEYS[1], ARGV[1], prefix_of(KEYS[1])
local expires = now + tonumber(ARGV[2])
local remove_at, index_life = expires + tonumber(ARGV[3]), LONGEST_TTL + tonumber(ARGV[3])

local kept = repeated(prefix, ARGV[9])
if kept then return kept end

local pending = redis.call('GET', KEYS[3])
if pending then
  local other = prefix .. 'v:' .. pending
  local s = redis.call('HMGET', other, 'status', 'expires')
  if s[1] == 'pending' then
    if now < tonumber(s[2]) then return { 'pending', pending } end
    finish(other, pending, 'expired', now)
  end
end

local sends, failures = budget(KEYS[4], ARGV[6]), budget(KEYS[5], ARGV[7])
local name, wait = refusing(sends, failures, now)
if name then return { 'limited', name, wait, now + wait } end
use(sends, now)

redis.call('HSET', key, 'status', 'pending', 'delivery', 'queued', 'created', now, 'expires', expires, 'made', 0,
  'sends', 1, 'gen', 1, 'e1', expires, 'round', 1, 'rev', 1, 'n', 0, 'fence', 0, 'next_at', now, unpack(ARGV, 10))
redis.call('PEXPIREAT', key, remove_at)
redis.call('SET', KEYS[2], ARGV[5], 'PXAT', expires + tonumber(ARGV[4]))
redis.call('SET', KEYS[3], id, 'PXAT', expires)
for i = 6, #KEYS do
  redis.call('ZADD', KEYS[i], now, id)
  redis.call('PEXPIRE', KEYS[i], index_life)
end
for i = 7, #KEYS do redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - index_life) end
-- By its number a verification must be found as long as it is there, to be erased; new codes may have made it grow old.
for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[6], '-inf', now - index_life, 'LIMIT', 0, 8)) do
  if redis.call('EXISTS', prefix .. 'v:' .. old) == 0 then redis.call('ZREM', KEYS[6], old) end
end
due(prefix, id, now + tonumber(ARGV[8]))
emit(key, id, now, 'created', 0)
return remember(prefix, ARGV[9], { 'created', id, now, allowance(sends, failures, now) })
