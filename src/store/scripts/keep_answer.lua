-- Keeps the answer of a call: the first one, where a run that was given up ends after all.
-- KEYS 1 call
-- ARGV 1 answer  2 life ms
if redis.call('EXISTS', KEYS[1]) == 0 then return end
redis.call('HSETNX', KEYS[1], 'answer', ARGV[1])
redis.call('HDEL', KEYS[1], 'until')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
