-- Lets a call be made again at once: this run has failed. One that was refused before anybody else tried it has had no
-- effect for sure: then its key is free for another body too.
-- KEYS 1 call
-- ARGV 1 which run this is  2 1 when it was refused, without an effect
if redis.call('HGET', KEYS[1], 'runs') ~= ARGV[1] then return end
if ARGV[1] == '1' and ARGV[2] == '1' then
  redis.call('DEL', KEYS[1])
else
  redis.call('HDEL', KEYS[1], 'until')
end
