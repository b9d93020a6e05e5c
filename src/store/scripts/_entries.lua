-- Shared by the scripts of allow and block lists; what is kept where: src/store/settings-keys.ts.
-- All of them have KEYS 1 entries  2 notes  3 order  4 ends, and include _shared for its clock.

-- {id, created, expires or ''}
local function parts(entry) return { string.match(entry, '^(.-)|(.-)|(.-)|') } end

local function is_live(entry, now)
  local expires = parts(entry)[3]
  return expires == '' or tonumber(expires) > now
end

-- @returns whether it was there
local function remove(id)
  local note = redis.call('HGET', KEYS[2], id)
  if not note then return false end
  local field = string.match(note, '^%S+')
  local entry = redis.call('HGET', KEYS[1], field)
  redis.call('HDEL', KEYS[1], field)
  redis.call('HDEL', KEYS[2], id)
  redis.call('ZREM', KEYS[3], parts(entry)[2] .. ':' .. id)
  redis.call('ZREM', KEYS[4], id)
  return true
end

-- Entries that have expired go, some at a time, so that nobody else waits.
local function sweep(now)
  for _, id in ipairs(redis.call('ZRANGE', KEYS[4], '-inf', now, 'BYSCORE', 'LIMIT', 0, 200)) do remove(id) end
end
