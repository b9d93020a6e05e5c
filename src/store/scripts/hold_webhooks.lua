-- Makes one process the only one that sends an application's webhooks, for a while.
-- KEYS 1 webhooks of the application  2 lease
-- ARGV 1 token of the holder  2 1 to keep what is held, 0 to take what is free  3 lease ms
-- Returns {'none'} (no webhooks: nobody holds them) | {'busy'} (another has it) | {'lost'} | {'held', version of the webhooks}
local holder = redis.call('GET', KEYS[2])
if ARGV[2] == '1' and holder ~= ARGV[1] then return { 'lost' } end
if redis.call('HLEN', KEYS[1]) <= 1 then
  if ARGV[2] == '1' then redis.call('DEL', KEYS[2]) end
  return { 'none' }
end
if ARGV[2] == '0' and holder then return { 'busy' } end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3])
return { 'held', redis.call('HGET', KEYS[1], 'version') }
