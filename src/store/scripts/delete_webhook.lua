-- Deletes a webhook and all that belongs to it.
-- KEYS 1 webhooks of the application  2 waiting  3 facts  4 dead letters  5 log
-- ARGV 1 id
-- Returns 1, or 0 when there was none
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
for _, field in ipairs({ '', ':status', ':cursor', ':resumed', ':failing', ':pauses' }) do
  redis.call('HDEL', KEYS[1], ARGV[1] .. field)
end
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
return 1
