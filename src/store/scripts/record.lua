--- @include _shared
-- Records what became of a claimed attempt and schedules what the policy decided. Safe to repeat.
-- KEYS 1 state
-- ARGV 1 id  2 attempt  3 fence  4 status  5 message id  6 vendor's status  7 error kind  8 error code
--      9 delivery  10 confirmed (1 or 0)  11 grace ms
--      12 delay ms of the next attempt, or '' for none  13 its step  14 channel  15 account  16 lease ms
--      17 ms that belong to this attempt if it was placed (a call): nothing starts before, whoever has asked for it
--     18 cost in millionths, or '' where it is not known  19 revision that was decided on
-- Returns {'gone'} | {'stale'} | {'changed', now, state}: nothing is recorded, decide again | {'done'}
--       | {'again', revision, now, account}: an attempt is due now
local now = clock()
local key, id, a = KEYS[1], ARGV[1], ARGV[2] .. ':'
local s = redis.call('HMGET', key, 'status', 'fence', 'round', 'claim_until', 'rev', a .. 'status', a .. 'why', a .. 'step')
if not s[1] then return { 'gone' } end

if s[2] ~= ARGV[3] then
  -- Another worker has the attempt now. What this one learned is kept where nothing better is known.
  if ARGV[5] ~= '' then redis.call('HSETNX', key, a .. 'message_id', ARGV[5]) end
  return { 'stale' }
end

local first = s[4]
if first then
  -- A receipt has come meanwhile, or the caller has asked for more.
  if s[5] ~= ARGV[19] then return { 'changed', now, redis.call('HGETALL', key) } end
  -- A receipt may have been faster than the vendor's own answer: then its word stands.
  if s[6] == 'sending' then redis.call('HSET', key, a .. 'status', ARGV[4]) end
  redis.call('HSET', key, a .. (ARGV[4] == 'failed' and 'failed' or 'sent'), now)
  if ARGV[5] ~= '' then redis.call('HSET', key, a .. 'message_id', ARGV[5]) end
  for i, name in ipairs({ 'vendor_status', 'error_kind', 'error_code' }) do
    if ARGV[5 + i] ~= '' then redis.call('HSETNX', key, a .. name, ARGV[5 + i]) end
  end
  if ARGV[18] ~= '' then redis.call('HSET', key, a .. 'cost', ARGV[18]) end
  if ARGV[4] == 'sent' then emit(key, id, now, 'sent', ARGV[2]) end
  redis.call('HDEL', key, 'claim_until', 'claim_by', a .. 'lease')
  redis.call('HINCRBY', key, 'rev', 1)
  local next_at, gap = tonumber(redis.call('HGET', key, 'next_at')), tonumber(ARGV[17])
  if gap > 0 and ARGV[4] ~= 'failed' then
    redis.call('HSET', key, 'quiet_until', now + gap)
    -- What was asked for while the call was being placed waits too.
    if next_at then redis.call('HSET', key, 'next_at', math.max(next_at, now + gap)) end
  end
  if s[1] == 'pending' then
    deliver(key, id, now, ARGV[9], ARGV[2], ARGV[8] == 'budget_exhausted' and ARGV[8] or ARGV[7])
    if ARGV[10] == '1' then redis.call('HSET', key, 'confirmed', s[3]) end
    if ARGV[12] ~= '' then
      -- Another account for a message that the caller has asked for: the confirmation of another does not end that.
      local retry = s[7] and s[8] == ARGV[13] and 'retry'
      schedule(key, now + tonumber(ARGV[12]), ARGV[13], ARGV[14], ARGV[15], ARGV[16], retry)
    end
  end
end
if s[1] ~= 'pending' then return { 'done' } end
return settle(key, id, now, tonumber(ARGV[11]), first)
