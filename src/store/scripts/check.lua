--- @include _shared
--- @include _budgets
-- Checks a typed code: counts first, compares, consumes. Of any number of parallel calls one is approved, and no more
-- than `max` are compared.
-- KEYS 1 state
-- ARGV 1 owner  2 id  3 sends budget (only told)  4 failures budget  5 name of the call, or ''
--      6... pairs: key id, MAC of the code under that key
-- Returns {'unknown'} | {'unreadable'}: made with none of these keys, and not counted | {result, status, made, max, sends, expires, sends left, next send at}; a repeated call its first
-- answer
local now = clock()
local key, id, prefix = KEYS[1], ARGV[2], prefix_of(KEYS[1])
local s = redis.call('HMGET', key, 'app', 'status', 'expires', 'made', 'max', 'sends', 'kid', 'gen', 'rcpt', 'any', 'n',
  'mode')
if owner(s[1], s[12]) ~= ARGV[1] then return { 'unknown' } end
local kept = repeated(prefix, ARGV[5])
if kept then return kept end
local status, made, max, gen = s[2], tonumber(s[4]), tonumber(s[5]), tonumber(s[8])
local sends, failures = budget(prefix .. 'bs:' .. s[9], ARGV[3]), budget(prefix .. 'bf:' .. s[9], ARGV[4])
local function answer(result)
  return remember(prefix, ARGV[5], { result, status, made, max, s[6], s[3], allowance(sends, failures, now) })
end
local function finish_as(final, reason)
  finish(key, id, final, now, reason)
  status = final
end

if status == 'pending' and now >= tonumber(s[3]) then finish_as('expired') end
if status == 'approved' then return answer('already_approved') end
if status ~= 'pending' then return answer(status) end

if full_for(failures, now) > 0 then
  finish_as('locked', 'failures_per_number')
  return answer('locked')
end

local mac
for i = 6, #ARGV, 2 do
  if ARGV[i] == s[7] then mac = ARGV[i + 1] end
end
if not mac then return { 'unreadable' } end

made = redis.call('HINCRBY', key, 'made', 1)
local result = 'incorrect'
for g = gen, 1, -1 do
  local m = redis.call('HMGET', key, 'm' .. g, 'e' .. g)
  if mac == m[1] then
    local live = g == gen or (s[10] == '1' and now < tonumber(m[2]))
    result = live and 'approved' or 'replaced'
    break
  end
end
if result == 'approved' then
  finish_as('approved')
  return answer('approved')
end
emit(key, id, now, 'incorrect', s[11], result == 'replaced' and result)
use(failures, now)
if made >= max then
  finish_as('locked', 'max_checks')
elseif full_for(failures, now) > 0 then
  finish_as('locked', 'failures_per_number')
end
return answer(result)
