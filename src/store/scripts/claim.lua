--- @include _shared
-- Gives the verification's next attempt to one worker, under a fence number and for a lease; or ends what has expired.
-- KEYS 1 state  2 facts
-- ARGV 1 id  2 who asks: until another one has it, the same one gets the same claim again, with a new lease
--      3 ms that belong to a call
-- Returns {'claimed', attempt, fence, tries, now, state, facts} | {'gone'} | {'expired'} | {'busy'} | {'idle'}
local now = clock()
local key, id, prefix = KEYS[1], ARGV[1], prefix_of(KEYS[1])
local s = redis.call('HMGET', key, 'status', 'expires', 'next_at', 'claim_until', 'n', 'claim_by', 'round')
local expires, next_at, claim_until, n = tonumber(s[2]), tonumber(s[3]), tonumber(s[4]), tonumber(s[5])
local again = claim_until and s[6] == ARGV[2]

if s[1] ~= 'pending' then
  redis.call('ZREM', prefix .. 'due', id)
  return { 'gone' }
end
if now >= expires then
  finish(key, id, 'expired', now)
  return { 'expired' }
end
if claim_until and claim_until > now and not again then
  due(prefix, id, claim_until)
  return { 'busy' }
end

-- What it was made of is gone with its round. It may have been sent; the caller has asked again, and that is what is next.
if claim_until and redis.call('HGET', key, n .. ':round') ~= s[7] then
  local a = n .. ':'
  local was = redis.call('HMGET', key, a .. 'status', a .. 'channel')
  if was[1] == 'sending' then
    redis.call('HSET', key, a .. 'status', 'maybe_sent', a .. 'error_kind', 'maybe_sent', a .. 'error_code', 'worker_lost')
  end
  redis.call('HSET', key, a .. 'sent', now)
  redis.call('HDEL', key, 'claim_until', 'claim_by', a .. 'lease')
  redis.call('HINCRBY', key, 'rev', 1)
  if was[2] == 'voice' then
    local quiet_until = now + tonumber(ARGV[3])
    next_at = math.max(next_at, quiet_until)
    redis.call('HSET', key, 'quiet_until', quiet_until, 'next_at', next_at)
  end
  claim_until, again = nil, nil
end

local lease
if claim_until then
  -- The worker that had it is dead or has lost Redis: the same attempt again, never a third time.
  lease = tonumber(redis.call('HGET', key, n .. ':lease'))
elseif next_at and next_at <= now then
  n = redis.call('HINCRBY', key, 'n', 1)
  local next = redis.call('HMGET', key, 'next_step', 'next_channel', 'next_account', 'round', 'next_why', 'next_lease')
  local a = n .. ':'
  lease = tonumber(next[6])
  redis.call('HSET', key, a .. 'step', next[1], a .. 'channel', next[2], a .. 'account', next[3], a .. 'round', next[4],
    a .. 'lease', lease, a .. 'queued', next_at, a .. 'status', 'sending', a .. 'tries', 0)
  if next[5] and next[5] ~= '' then redis.call('HSET', key, a .. 'why', next[5]) end
  unschedule(key)
  local b = (n - 1) .. ':'
  local last = redis.call('HMGET', key, b .. 'step', b .. 'account', b .. 'round', b .. 'error_kind')
  if last[3] == next[4] and (last[1] ~= next[1] or last[2] ~= next[3]) then
    emit(key, id, now, 'failed_over', n, next[5] == 'asked' and next[5] or last[4] or 'not_confirmed')
  end
else
  due(prefix, id, math.min(next_at or expires, expires))
  return { 'idle' }
end

-- Who asks again because an answer got lost has sent nothing: that is no other try.
if not again then
  redis.call('HINCRBY', key, 'fence', 1)
  redis.call('HINCRBY', key, n .. ':tries', 1)
  redis.call('HINCRBY', key, 'rev', 1)
end
redis.call('HSET', key, 'claim_until', now + lease, 'claim_by', ARGV[2])
due(prefix, id, now + lease)
local c = redis.call('HMGET', key, 'fence', n .. ':tries')
return { 'claimed', n, c[1], c[2], now, redis.call('HGETALL', key), redis.call('GET', KEYS[2]) }
