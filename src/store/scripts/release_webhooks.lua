-- Gives a lease back, so that the next holder need not wait for its end.
-- KEYS 1 lease
-- ARGV 1 token of the holder
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
