--- @include _changes
-- Says something about the guard's own rules, or takes it back.
-- KEYS 1 settings of the guard's own rules
-- ARGV 1 what to tell  2… field, value ('' takes it back)
for i = 2, #ARGV, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[i]) else redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
changed(ARGV[1])
