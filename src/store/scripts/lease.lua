--- @include _shared
-- Takes what is due in one shard, for a lease: whoever takes it adds a job; if it dies before, the next poll takes it
-- again. What has expired ends here, without a job.
-- KEYS 1 due
-- ARGV 1 how many at most  2 lease ms
-- Returns {now, id, revision, account, id, revision, account, ...}
local now = clock()
local prefix = prefix_of(KEYS[1])
local taken = { now }
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])) do
  local key = prefix .. 'v:' .. id
  local s = redis.call('HMGET', key, 'status', 'rev', 'expires', 'next_account', 'claim_until', 'n', 'round')
  if s[1] ~= 'pending' then
    redis.call('ZREM', KEYS[1], id)
  elseif now >= tonumber(s[3]) then
    finish(key, id, 'expired', now)
  else
    redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), id)
    taken[#taken + 1] = id
    taken[#taken + 1] = s[2]
    -- The account whose queue it goes to: of the attempt to take over (if its round is not over), else of the next one.
    local a = s[5] and redis.call('HMGET', key, s[6] .. ':account', s[6] .. ':round')
    taken[#taken + 1] = a and a[2] == s[7] and a[1] or s[4] or ''
  end
end
return taken
