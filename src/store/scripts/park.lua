-- Finds the attempt of a receipt by the vendor's message id; keeps the receipt for a while when there is none yet.
-- KEYS 1 message id -> attempt  2 parked receipts
-- ARGV 1 receipt  2 life of a parked one ms  3 how many are kept
-- Returns the attempt id, or '' when it was parked
local attempt = redis.call('GET', KEYS[1])
if attempt then return attempt end
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[3]) - 1)
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return ''
