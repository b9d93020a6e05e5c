--- @include _shared
-- Ends what is live of a recipient, and tells what there is of it. Deletes nothing yet: whoever dies afterwards, with half
-- of what lies on other nodes erased, finds all of it again.
-- KEYS 1 index by number
-- ARGV 1 how many at most
-- Returns a list of {id, 'live' | 'over' | 'gone', facts or '', {account, vendor's message id, account, ...}}
local now, prefix = clock(), prefix_of(KEYS[1])
local found = {}
for i, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1)) do
  local key = prefix .. 'v:' .. id
  local s = redis.call('HMGET', key, 'status', 'expires', 'n')
  local was, messages = 'gone', {}
  if s[1] then
    was = 'over'
    if s[1] == 'pending' and now >= tonumber(s[2]) then
      finish(key, id, 'expired', now)
    elseif s[1] == 'pending' then
      finish(key, id, 'canceled', now, 'erased')
      was = 'live'
    end
    for n = 1, tonumber(s[3]) do
      local a = redis.call('HMGET', key, n .. ':account', n .. ':message_id')
      if a[2] then
        messages[#messages + 1] = a[1]
        messages[#messages + 1] = a[2]
      end
    end
  end
  found[i] = { id, was, redis.call('GET', prefix .. 'f:' .. id) or '', messages }
end
return found
