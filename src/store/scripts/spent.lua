--- @include _ledger
-- What an application has spent in the hour and the day that is now.
-- KEYS 1 what the application spends
-- Returns {{end of the hour (Unix ms), sums (flat fields)}, {end of the day, sums}}
local _, hour, day = windows(KEYS[1])
return { { hour.ends, redis.call('HGETALL', hour.key) }, { day.ends, redis.call('HGETALL', day.key) } }
