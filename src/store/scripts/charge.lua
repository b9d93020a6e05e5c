--- @include _ledger
-- Charges an attempt to its application, in all sums or, where that would go over a ceiling, in none. Safe to repeat.
-- KEYS 1 what the application spends (names of sums begin with it)  2 the attempt's charge; without it this only looks
-- ARGV 1 amount  2 country  3 ceiling of the hour  4 of the day  5 of the country's hour  6 of its day ('' for none)
--      7 ms for which the charge is remembered
-- Returns {} | {position of the ceiling that refuses, ms until its window ends}: of several the one that refuses longest
local SPENT_LIFE = 3600000 -- beyond the window: longer than a charge may be given back

local now, hour, day = windows(KEYS[1])
local amount, country, charge = tonumber(ARGV[1]), ARGV[2], KEYS[2]

if charge and redis.call('EXISTS', charge) == 1 then
  -- The worker of the first try is dead or late. Either message may leave from now on: nothing is given back any more.
  redis.call('HSET', charge, 'final', 1)
  return {}
end

local refusing, ends
for i, sum in ipairs({ { hour, 'total' }, { day, 'total' }, { hour, country }, { day, country } }) do
  local window, ceiling = sum[1], tonumber(ARGV[2 + i])
  local spent = ceiling and tonumber(redis.call('HGET', window.key, sum[2]) or 0)
  if ceiling and spent + amount > ceiling and (not ends or window.ends > ends) then
    refusing, ends = i, window.ends
  end
end
if refusing then return { refusing, ends - now } end
if not charge then return {} end

for _, window in ipairs({ hour, day }) do
  redis.call('HINCRBY', window.key, 'total', ARGV[1])
  redis.call('HINCRBY', window.key, country, ARGV[1])
  redis.call('PEXPIREAT', window.key, window.ends + SPENT_LIFE)
end
redis.call('HSET', charge, 'amount', ARGV[1], 'country', country, 'hour', hour.key, 'day', day.key)
redis.call('PEXPIRE', charge, ARGV[7])
return {}
