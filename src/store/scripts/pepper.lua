-- The key that tokens are hashed with: whoever comes first makes it.
-- KEYS 1 pepper: <secret's id> -> sealed under that secret
-- ARGV 1 id of a secret  2 a new pepper, sealed under it
-- Returns all its fields
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return redis.call('HGETALL', KEYS[1])
