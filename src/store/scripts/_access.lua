-- Shared by the scripts of applications and keys. Everything they name carries the tag {ak}, so it is on one node.
-- A key's hash: app, name, mode, scopes and ranges (comma-separated), created, expires ('' for never), version (1, and one
-- more with each rotation), hash (of the newest token), old_until (until then the token before works too), revoked (when).

local AK = 'pl:{ak}:'

-- What a key's token of one version stands for: {id, version, application, mode, scopes, ranges, expires, revoked ('' for
-- not), status of the application}; false when there is no such key.
local function describe(id, version)
  local k = redis.call('HMGET', AK .. 'k:' .. id, 'app', 'mode', 'scopes', 'ranges', 'expires', 'version', 'old_until',
    'revoked')
  if not k[1] then return false end
  local status = redis.call('HGET', AK .. 'a:' .. k[1], 'status')
  local age = tonumber(k[6]) - tonumber(version)
  local revoked = k[8] or ''
  if revoked == '' and age == 1 then revoked = k[7] end
  if not status or age > 1 then revoked = 0 end
  return { id, version, k[1], k[2], k[3], k[4], k[5], revoked, status or 'deleted' }
end

-- Its tokens stop; for `told` ms they are still known as revoked.
local function revoke(id, now, told)
  local key = AK .. 'k:' .. id
  local hash = redis.call('HGET', key, 'hash')
  if not hash then return end
  redis.call('HSET', key, 'revoked', now)
  redis.call('PEXPIRE', key, told)
  redis.call('PEXPIRE', AK .. 't:' .. hash, told)
end
