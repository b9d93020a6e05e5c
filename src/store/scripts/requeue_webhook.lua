--- @include _shared
-- Puts events (again) into the queue of a webhook, due now. Its holder sees it by the version.
-- KEYS 1 webhooks of the application  2 waiting  3 facts  4 dead letters
-- ARGV 1 id  2 how many may wait  3 life in ms  4 entry  5 its facts  6 entry  7 ...
-- Returns {how many were queued, for how many there was no room}; those that wait already are neither
local now, queued, refused = clock(), 0, 0
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return { 0, 0 } end
local room = tonumber(ARGV[2]) - redis.call('ZCARD', KEYS[2])
for i = 4, #ARGV, 2 do
  if redis.call('ZSCORE', KEYS[2], ARGV[i]) then
    -- It is on its way.
  elseif queued >= room then
    refused = refused + 1
  else
    redis.call('ZREM', KEYS[4], ARGV[i])
    redis.call('ZADD', KEYS[2], now, ARGV[i])
    redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
    queued = queued + 1
  end
end
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
redis.call('HINCRBY', KEYS[1], 'version', 1)
return { queued, refused }
