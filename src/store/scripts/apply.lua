--- @include _shared
--- @include _budgets
-- Applies a decision of the policy to a verification that has not changed since it was read: after a receipt, or when
-- the caller asks for the next step.
-- KEYS 1 state  [2 sends budget  3 failures budget: only when it is a send that the caller asked for]
-- ARGV 1 id  2 revision that was read  3 attempt that a receipt is about, or ''  4 its new status, or ''
--      5 vendor's status  6 error kind  7 error code  8 delivery  9 confirmed (1 or 0)  10 grace ms
--      11 'keep' | 'none' | delay ms  12 step  13 channel  14 account  15 lease ms
--      16 sends budget  17 failures budget  18 name of the call, or ''
-- Returns {'changed'} | {'limited', name, ms, until when} | {'done'} | {'again', revision, now, account}
local now = clock()
local key, id, a = KEYS[1], ARGV[1], ARGV[3] .. ':'
local s = redis.call('HMGET', key, 'status', 'expires', 'rev', 'round', a .. 'sent')
if s[3] ~= ARGV[2] then return { 'changed' } end
local live = s[1] == 'pending' and now < tonumber(s[2])

if KEYS[2] then
  if not live then return { 'changed' } end
  local sends = budget(KEYS[2], ARGV[16])
  local name, wait = refusing(sends, budget(KEYS[3], ARGV[17]), now)
  if name then return { 'limited', name, wait, now + wait } end
  use(sends, now)
  redis.call('HINCRBY', key, 'sends', 1)
  -- Whoever repeats the call reads first, and finds it there; whoever has read before is refused by the revision.
  remember(prefix_of(key), ARGV[18], 'applied')
end

redis.call('HINCRBY', key, 'rev', 1)
if ARGV[4] ~= '' then
  redis.call('HSET', key, a .. 'status', ARGV[4])
  local first = redis.call('HSETNX', key, a .. (ARGV[4] == 'failed' and 'failed' or 'delivered'), now) == 1
  if first and ARGV[4] ~= 'failed' then emit(key, id, now, 'delivered', ARGV[3]) end
end
if ARGV[5] ~= '' then redis.call('HSET', key, a .. 'vendor_status', ARGV[5]) end
if ARGV[6] ~= '' then redis.call('HSET', key, a .. 'error_kind', ARGV[6], a .. 'error_code', ARGV[7]) end
if not live then return { 'done' } end

deliver(key, id, now, ARGV[8], ARGV[3], ARGV[6] ~= '' and ARGV[6])
if ARGV[9] == '1' then redis.call('HSET', key, 'confirmed', s[4]) end
if ARGV[11] == 'none' then
  unschedule(key)
elseif ARGV[11] ~= 'keep' then
  schedule(key, now + tonumber(ARGV[11]), ARGV[12], ARGV[13], ARGV[14], ARGV[15], KEYS[2] and 'asked')
end
return settle(key, id, now, tonumber(ARGV[10]), true)
