--- @include _shared
-- Checks a typed code: counts first, compares, consumes. Of any number of parallel calls one is approved, and no more
-- than `max` are compared.
-- KEYS 1 state
-- ARGV 1 application  2 id  3 failures limit  4 failures window ms  5 name of the call, or ''
--      6... pairs: key id, MAC of the code under that key
-- Returns {'unknown'} | {result, status, made, max, sends, sends used, until when}; a repeated call its first answer
local now = clock()
local key, id, prefix = KEYS[1], ARGV[2], prefix_of(KEYS[1])
local s = redis.call('HMGET', key, 'app', 'status', 'expires', 'made', 'max', 'sends', 'kid', 'gen', 'rcpt', 'any')
if s[1] ~= ARGV[1] then return { 'unknown' } end
local kept = repeated(prefix, ARGV[5])
if kept then return kept end
local status, made, max, gen = s[2], tonumber(s[4]), tonumber(s[5]), tonumber(s[8])
local count, until_when = sends_used(prefix, s[9], now)
local function answer(result)
  return remember(prefix, ARGV[5], { result, status, made, max, s[6], count, until_when })
end
local function finish_as(final, reason)
  finish(key, id, final, now, reason)
  status = final
end

if status == 'pending' and now >= tonumber(s[3]) then finish_as('expired') end
if status == 'approved' then return answer('already_approved') end
if status ~= 'pending' then return answer(status) end

local failures, limit = prefix .. 'bf:' .. s[9], tonumber(ARGV[3])
if limit > 0 and used(failures, limit) >= limit then
  finish_as('locked', 'failures_per_number')
  return answer('locked')
end

made = redis.call('HINCRBY', key, 'made', 1)
local mac
for i = 6, #ARGV, 2 do
  if ARGV[i] == s[7] then mac = ARGV[i + 1] end
end
local result = 'incorrect'
for g = gen, 1, -1 do
  local m = redis.call('HMGET', key, 'm' .. g, 'e' .. g)
  if mac and mac == m[1] then
    local live = g == gen or (s[10] == '1' and now < tonumber(m[2]))
    result = live and 'approved' or 'replaced'
    break
  end
end
if result == 'approved' then
  finish_as('approved')
  return answer('approved')
end
emit(key, id, now, 'incorrect', nil, result == 'replaced' and result)
local failed = use(failures, limit, ARGV[4])
if made >= max then
  finish_as('locked', 'max_checks')
elseif limit > 0 and failed >= limit then
  finish_as('locked', 'failures_per_number')
end
return answer(result)
