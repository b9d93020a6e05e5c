--- @include _shared
-- Saves a webhook if nobody has changed it since it was read, and moves it to another status.
-- A new one starts at the end of the stream: what happened before is none of its business.
-- KEYS 1 webhooks of the application  2 its events
-- ARGV 1 id  2 settings, sealed  3 settings that were read, or '' for a new one
--      4 status: '' (as it is), active, inactive, pending, verified (active, as it has answered its challenge)
--      5 how many there may be
-- Returns 'saved' | 'changed' | 'full' | 'unverified'
local webhooks, id, wanted = KEYS[1], ARGV[1], ARGV[4]
if (redis.call('HGET', webhooks, id) or '') ~= ARGV[3] then return 'changed' end
local status = redis.call('HGET', webhooks, id .. ':status')
local now = clock()

if ARGV[3] == '' then
  local count = 0
  for _, field in ipairs(redis.call('HKEYS', webhooks)) do
    if string.sub(field, -7) == ':status' then count = count + 1 end
  end
  if count >= tonumber(ARGV[5]) then return 'full' end
  local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
  redis.call('HSET', webhooks, id .. ':cursor', last and last[1] or '0-0')
elseif status == 'pending' and (wanted == 'active' or wanted == 'inactive') then
  return 'unverified'
end

if wanted == 'verified' then wanted = 'active' end
if wanted == 'active' and status ~= 'active' then
  -- What has failed before counts no longer: it gets its time anew.
  redis.call('HSET', webhooks, id .. ':resumed', now)
  redis.call('HDEL', webhooks, id .. ':failing')
end
if wanted ~= '' then redis.call('HSET', webhooks, id .. ':status', wanted) end
redis.call('HSET', webhooks, id, ARGV[2])
redis.call('HINCRBY', webhooks, 'version', 1)
return 'saved'
