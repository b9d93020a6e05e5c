-- Deletes an application: with its record all its keys stop at once. They are cleared away some at a time, so that nobody
-- else waits; whoever dies in between, the next call goes on.
-- KEYS 1 application  2 all applications  3 its keys
-- ARGV 1 id  2 ms for which its tokens are known as revoked  3 how many keys to clear away
-- Returns how many keys are left | -1 when there was nothing of it
--- @include _shared
--- @include _access
--- @include _changes
local created = redis.call('HGET', KEYS[1], 'created')
if not created and redis.call('EXISTS', KEYS[3]) == 0 then return -1 end
if created then
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], created .. ':' .. ARGV[1])
  changed('a:' .. ARGV[1])
end
local now = clock()
for _, member in ipairs(redis.call('ZRANGE', KEYS[3], 0, ARGV[3] - 1)) do
  revoke(string.match(member, ':(.+)$'), now, ARGV[2])
  redis.call('ZREM', KEYS[3], member)
end
return redis.call('ZCARD', KEYS[3])
