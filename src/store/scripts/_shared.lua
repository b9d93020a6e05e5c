-- Shared by the scripts. Keys that a script builds itself carry the hash tag of KEYS[1], so they are on the same node.
-- A verification's hash: app, mode (test, or none), kid, rcpt, slot, status, delivery, created, expires, max, made, sends, gen, m<gen> (MAC
-- of that generation's code), e<gen> (its expiry), own (the caller's own code, sealed, while it is live), any (1 when older
-- codes stay right), round, confirmed (the round in which delivery was), rev, n (attempts so far),
-- next_step/_channel/_account/_at/_lease/_why, claim_until, claim_by, fence, ended, masked (the address as events show it), guard (how
-- its approval counts), profile, hook (the one webhook that its events go to), seq (events so far); and
-- for attempt n the fields n:step, n:round, n:channel, n:account, n:status, n:tries, n:why (as
-- next_why), n:cost (in millionths) ...

local DUE_TTL = 93600000 -- 26 h: longer than any code lives, also an hour after the entry that has renewed it
local OUTBOX_TTL = 691200000 -- 8 days from the last write: nobody is told of what is older than the week that streams keep

local LONGEST_TTL = 86400000 -- 24 h: no code lives longer
local ONCE_TTL = 86400000 -- 24 h: as long as an Idempotency-Key is remembered

local RENEW_AFTER = 3600000 -- 1 h: a life is renewed no more often than this, as each renewal is one more write

local function clock()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function prefix_of(key) return string.sub(key, 1, 8) end -- pl:{xx}:

-- Whose it is, as callers name themselves (record.ts).
local function owner(app, mode) return mode and app .. '~' .. mode or app end

-- What a call with an Idempotency-Key has answered, kept by the script that has its effect: whoever repeats the call,
-- because the answer got lost, finds it. `once` names the call; '' where it has no key. nil or false when it is new.
local function repeated(prefix, once)
  local kept = once ~= '' and redis.call('GET', prefix .. 'i:' .. once)
  return kept and cjson.decode(kept)
end

local function remember(prefix, once, answer)
  if once ~= '' then redis.call('SET', prefix .. 'i:' .. once, cjson.encode(answer), 'PX', ONCE_TTL) end
  return answer
end

-- Lets a key live for `life` from now, less an hour at most.
local function renew(key, life)
  if redis.call('PTTL', key) < life - RENEW_AFTER then redis.call('PEXPIRE', key, life) end
end

-- Puts an event into the shard's outbox. The relay publishes what stands there, and takes it out; the empty stream stays,
-- because it knows the last id: a clock that goes back must not give ids again.
local function tell(key, event)
  local outbox = prefix_of(key) .. 'ev'
  redis.call('XADD', outbox, '*', 'e', cjson.encode(event))
  renew(outbox, OUTBOX_TTL)
end

-- Tells of a change, in the script that makes it: so no event is lost, and none is told of what did not happen. `attempt`
-- is the one that it is about, as a rule the newest (0: none yet).
local function emit(key, id, now, kind, attempt, reason)
  local a = attempt .. ':'
  local s = redis.call('HMGET', key, 'app', 'status', 'masked', 'profile', 'hook', a .. 'channel', a .. 'account', 'next_channel', 'guard',
    a .. 'cost')
  tell(key, {
    kind = kind, id = id, seq = redis.call('HINCRBY', key, 'seq', 1), at = now, app = s[1], status = s[2],
    to = s[3] or nil, profile = s[4] or nil, hook = s[5] or nil, channel = s[6] or s[8] or nil, account = s[7] or nil,
    reason = reason or nil, guard = kind == 'approved' and s[9] or nil, cost = tonumber(s[10]),
  })
end

-- At `at` something must be done for `id`: the poller hands it to a worker then.
local function due(prefix, id, at)
  redis.call('ZADD', prefix .. 'due', at, id)
  renew(prefix .. 'due', DUE_TTL)
end

-- Nothing starts in the minute after a call, whoever has decided it on whatever they had read. `why` only where the caller
-- wants it, whatever receipts say: `asked`, or `retry` over another account when that has failed.
local function schedule(key, at, step, channel, account, lease, why)
  local quiet_until = tonumber(redis.call('HGET', key, 'quiet_until') or 0)
  redis.call('HSET', key, 'next_at', math.max(at, quiet_until), 'next_step', step, 'next_channel', channel, 'next_account', account,
    'next_lease', lease, 'next_why', why or '')
end

local function unschedule(key)
  redis.call('HDEL', key, 'next_step', 'next_channel', 'next_account', 'next_at', 'next_lease', 'next_why')
end

-- After a change: moves the due entry to what is next. {'again', ...} when that is now and nobody is at it: the caller
-- adds the job itself, and the poller only takes over if it dies within `grace`.
local function settle(key, id, now, grace, moved)
  local s = redis.call('HMGET', key, 'next_at', 'expires', 'rev', 'next_account', 'claim_until')
  local next_at, expires, claim_until = tonumber(s[1]), tonumber(s[2]), tonumber(s[5])
  if claim_until then return { 'done' } end -- whoever has the claim settles when it records
  if next_at and next_at <= now then
    due(prefix_of(key), id, now + grace)
    return { 'again', s[3], now, s[4] }
  end
  if moved then due(prefix_of(key), id, math.min(next_at or expires, expires)) end
  return { 'done' }
end

-- Where delivery stands, as the policy sees it after what became of an attempt.
local function deliver(key, id, now, delivery, attempt, reason)
  local was = redis.call('HGET', key, 'delivery')
  redis.call('HSET', key, 'delivery', delivery)
  if delivery == 'undelivered' and was ~= delivery then emit(key, id, now, 'undelivered', attempt, reason) end
end

-- Final status. What a code could be checked against ends with it, and so does the plan: nothing more is sent.
local function finish(key, id, status, now, reason)
  local prefix = prefix_of(key)
  local s = redis.call('HMGET', key, 'rcpt', 'slot', 'gen', 'n')
  redis.call('HSET', key, 'status', status, 'ended', now)
  unschedule(key)
  for g = 1, tonumber(s[3]) do redis.call('HDEL', key, 'm' .. g, 'e' .. g, 'own') end
  local pending = prefix .. 'p:' .. s[1] .. ':' .. s[2]
  if redis.call('GET', pending) == id then redis.call('DEL', pending) end
  redis.call('ZREM', prefix .. 'due', id)
  emit(key, id, now, status, s[4], reason)
end
