--- @include _shared
-- Gives the verification's next attempt to one worker, under a fence number and for a lease; or ends what has expired.
-- KEYS 1 state  2 facts
-- ARGV 1 id
-- Returns {'claimed', attempt, fence, tries, now, state, facts} | {'gone'} | {'expired'} | {'busy'} | {'idle'}
local now = clock()
local key, id, prefix = KEYS[1], ARGV[1], prefix_of(KEYS[1])
local s = redis.call('HMGET', key, 'status', 'expires', 'next_at', 'claim_until', 'n', 'claimed', 'next_lease')
local expires, next_at, claim_until = tonumber(s[2]), tonumber(s[3]), tonumber(s[4])

if s[1] ~= 'pending' then
  redis.call('ZREM', prefix .. 'due', id)
  return { 'gone' }
end
if now >= expires then
  finish(key, id, 'expired', now)
  return { 'expired' }
end
if claim_until and claim_until > now then
  due(prefix, id, claim_until)
  return { 'busy' }
end

local n, lease
if claim_until then
  -- The worker that had it is dead or has lost Redis: the same attempt again, never a third time.
  n, lease = tonumber(s[5]), tonumber(redis.call('HGET', key, s[5] .. ':lease'))
elseif next_at and next_at <= now then
  n, lease = redis.call('HINCRBY', key, 'n', 1), tonumber(s[7])
  local next = redis.call('HMGET', key, 'next_step', 'next_channel', 'next_account', 'round', 'next_why')
  local a = n .. ':'
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

local fence = redis.call('HINCRBY', key, 'fence', 1)
local tries = redis.call('HINCRBY', key, n .. ':tries', 1)
redis.call('HINCRBY', key, 'rev', 1)
redis.call('HSET', key, 'claim_until', now + lease)
due(prefix, id, now + lease)
return { 'claimed', n, fence, tries, now, redis.call('HGETALL', key), redis.call('GET', KEYS[2]) }
