-- Shared by the guard's scripts. All of an application's keys carry one tag, {g:<application>}, so they are on one node.
-- No script relies on a TTL being exact: whatever counts for a time says until when, or counts by windows.
-- Subjects: 'prefix-<hash>', 'country-<code>', 'application', 'ip-<hash>'.

local GUARD = string.match(KEYS[1], '^pl:{.-}:')
local MINUTE, HOUR, DAY = 60000, 3600000, 86400000
local MEMORY = 30 * DAY -- a prefix with an approval is known for so long; so is how well a country converts
local PROBATION = DAY -- after a block less is enough for the next one, which is twice as long
local FIRST_BLOCK, LONGEST_BLOCK = 30 * MINUTE, 12 * HOUR
local MOST_BLOCKS = 10000
local HALF_LIFE = 3 * DAY -- of the best rate of approvals so far

local function clock()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

-- What has become of the sends to a subject. Two windows, a minute ('m') and a long one ('l'); of each the number of the
-- window (w), sends and approvals in it (s, a) and in the one before (s1, a1); peak: most approvals of one long window.
local FIELDS = { 'mw', 'ms', 'ma', 'ms1', 'ma1', 'lw', 'ls', 'la', 'ls1', 'la1', 'peak' }

local function roll(stats, name, width, now)
  local window = math.max(math.floor(now / width), stats[name .. 'w'])
  local passed = window - stats[name .. 'w']
  if passed == 0 then return end
  if name == 'l' then stats.peak = math.max(stats.peak, stats.la) * 0.5 ^ (passed * width / HALF_LIFE) end
  for _, count in ipairs({ 's', 'a' }) do
    stats[name .. count .. '1'] = passed == 1 and stats[name .. count] or 0
    stats[name .. count] = 0
  end
  stats[name .. 'w'] = window
end

-- @param width ms of the long window
local function load_stats(subject, width, now)
  local values = redis.call('HMGET', GUARD .. 's:' .. subject, unpack(FIELDS))
  local stats = { subject = subject, width = width }
  for i, field in ipairs(FIELDS) do stats[field] = tonumber(values[i]) or 0 end
  roll(stats, 'm', MINUTE, now)
  roll(stats, 'l', width, now)
  return stats
end

local function save_stats(stats)
  local key, flat = GUARD .. 's:' .. stats.subject, {}
  for _, field in ipairs(FIELDS) do
    flat[#flat + 1] = field
    flat[#flat + 1] = stats[field]
  end
  redis.call('HSET', key, unpack(flat))
  -- Whoever sends to ever new prefixes must not fill memory; what has had approvals is worth remembering.
  redis.call('PEXPIRE', key, (stats.la > 0 or stats.peak > 0) and 3 * DAY or 3 * stats.width)
end

-- Sends and approvals of about the last `width` ms: of the window before, the part that still lies in it.
local function recent(stats, name, width, now)
  local rest = 1 - (now % width) / width
  return stats[name .. 's'] + stats[name .. 's1'] * rest, stats[name .. 'a'] + stats[name .. 'a1'] * rest
end

-- A block, or one that has ended less than a day ago; nil when there is none.
local function parse_block(json, now)
  local block = json and cjson.decode(json)
  if block and block['until'] + PROBATION > now then return block end
end

local function save_block(subject, block)
  redis.call('HSET', GUARD .. 'b', subject, cjson.encode(block))
  redis.call('ZADD', GUARD .. 'be', block['until'] + PROBATION, subject)
  redis.call('PEXPIRE', GUARD .. 'b', MEMORY)
  redis.call('PEXPIRE', GUARD .. 'be', MEMORY)
end

local function remove_block(subject)
  redis.call('HDEL', GUARD .. 'b', subject)
  redis.call('ZREM', GUARD .. 'be', subject)
end

local function forget_old_blocks(now)
  local old = redis.call('ZRANGEBYSCORE', GUARD .. 'be', '-inf', now, 'LIMIT', 0, 20)
  local over = redis.call('ZCARD', GUARD .. 'be') - MOST_BLOCKS
  if over > 0 then old = redis.call('ZRANGE', GUARD .. 'be', 0, over - 1) end
  for _, subject in ipairs(old) do remove_block(subject) end
end
