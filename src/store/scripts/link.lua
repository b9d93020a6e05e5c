-- Makes an attempt findable by the vendor's message id, and hands over receipts that came before. They stay until their
-- life ends: whoever calls may die or miss the answer, and asks again.
-- KEYS 1 message id -> attempt  2 parked receipts
-- ARGV 1 attempt id  2 life ms
-- Returns the parked receipts
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return redis.call('LRANGE', KEYS[2], 0, -1)
