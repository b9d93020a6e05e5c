--- @include _shared
--- @include _entries
-- Reads all that was said about an application's guard.
-- KEYS 1-4 as in _entries  5 rules  6 settings of the guard's own rules
-- ARGV 1 keys that entries are written with now
-- Returns {rules, settings, entries, {field, note of an entry that was written with others, ...}}
sweep(clock())
local entries, old = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #entries, 2 do
  if string.sub(entries[i + 1], -#ARGV[1]) ~= ARGV[1] then
    old[#old + 1] = entries[i]
    old[#old + 1] = redis.call('HGET', KEYS[2], parts(entries[i + 1])[1])
  end
end
return { redis.call('HGETALL', KEYS[5]), redis.call('HGETALL', KEYS[6]), entries, old }
