-- Keeps the part of a call's answer that tells of a person: beside the facts of the verification, and no longer than they.
-- KEYS 1 facts  2 answers of calls: name -> answer
-- ARGV 1 name of the call  2 answer  3 life ms
local left = redis.call('PTTL', KEYS[1])
if left <= 0 then return end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], math.min(left, tonumber(ARGV[3])))
