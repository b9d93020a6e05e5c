-- Gives back what an attempt was charged: its vendor has refused it for sure. Once.
-- KEYS 1 the attempt's charge
-- Returns 1 when it was given back, else 0
local c = redis.call('HMGET', KEYS[1], 'amount', 'country', 'hour', 'day', 'final')
if not c[1] or c[5] then return 0 end
redis.call('DEL', KEYS[1])
for _, key in ipairs({ c[3], c[4] }) do
  -- Who runs the service may have deleted it, to lift a ceiling: it must not come back, below zero and without an end.
  if redis.call('EXISTS', key) == 1 then
    redis.call('HINCRBY', key, 'total', '-' .. c[1])
    redis.call('HINCRBY', key, c[2], '-' .. c[1])
  end
end
return 1
