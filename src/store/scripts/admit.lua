--- @include _guard
-- Decides about one send, and counts it. A refused send is counted by no rule. A rule in `monitor` decides and counts as if
-- it refused, so that it tells exactly what `enforce` would have done; rules in `enforce` count whatever is sent.
-- KEYS 1 blocks (all others are named after it)
-- ARGV 1 thresholds, JSON (src/guard/thresholds.ts)  2 request, JSON (GuardRequest in src/store/guard.store.ts)
-- Returns {'limited', rule, ms} | {'blocked', rule, ms until it ends (-1: not by itself), value, threshold}
--   | {'admitted', now, flags, [rule, value, threshold, ...] of what monitors would have refused,
--     [name, left, ms until the next one, ...] of the limits}
-- Flags: who has counted it. 1 prefix, 2 country, 4 application, 8 the memory of known prefixes; 16 monitors have let it pass.
local now, T, R = clock(), cjson.decode(ARGV[1]), cjson.decode(ARGV[2])
local call_key = R.once and GUARD .. 'i:' .. R.once
if call_key then
  -- The same call once more: it has been counted, and must get as far as it got before.
  local kept = redis.call('GET', call_key)
  if kept then return { 'admitted', now, tonumber(kept), {}, {} } end
end

local monitored, shadow = {}, R.shadow == 1
-- Behind a refusal nobody is asked any more: not even a monitor, if it was only a monitor that would have refused.
local function skipped(mode) return mode == 'off' or (shadow and mode == 'monitor') end
-- @returns whether it is refused
local function decide(mode, rule, value, threshold)
  if mode == 'enforce' then return true end
  shadow = true
  for _, part in ipairs({ rule, math.floor(value), math.floor(threshold) }) do monitored[#monitored + 1] = part end
  return false
end

-- 1. Blocks in force, and countries that let only known prefixes pass.
local p = R.pumping
local blocks, known, learning = {}, true, false
local subjects = {}
if R.prefix then
  known = redis.call('EXISTS', GUARD .. 'f:' .. R.prefix) == 1
  learning = tonumber(redis.call('GET', GUARD .. 'a') or 0) < T.learning
end
local function mode_of(rule) return learning and p[rule] == 'enforce' and 'monitor' or p[rule] end
if p then
  subjects = { 'prefix-' .. R.prefix, 'country-' .. R.country, 'application', R.ip and 'ip-' .. R.ip }
  local rules = { 'pumping_prefix', 'pumping_country', 'unverified_share', 'countries_per_ip' }
  for i, json in ipairs(redis.call('HMGET', GUARD .. 'b', unpack(subjects))) do
    local block, mode = parse_block(json, now), mode_of(rules[i])
    blocks[i] = block
    local in_force = block and block['until'] > now and (not known or i == 1 or i == 4)
    if in_force and not skipped(mode) and decide(mode, rules[i], block.value, block.threshold) then
      return { 'blocked', rules[i], block['until'] - now, block.value, block.threshold }
    end
  end
end
if R.filter and not known and not skipped(R.filter) and decide(R.filter, 'country', 1, 1) then
  return { 'blocked', 'country', -1, 1, 1 }
end

-- 2. Limits: each keeps the times of as many sends as it allows.
local left = {}
for _, rule in ipairs(R.limits) do
  if not skipped(rule.mode) then
    local least, wait = math.huge, 0
    for _, limit in ipairs(rule.limits) do
      local key = GUARD .. 'l:' .. limit.key
      local oldest = redis.call('LINDEX', key, limit.count - 1)
      if oldest and tonumber(oldest) > now - limit.window then
        local ms = tonumber(oldest) + limit.window - now
        if decide(rule.mode, rule.name, limit.count, limit.count) then return { 'limited', rule.name, ms } end
        break
      end
      -- One is added each time, so that taking out a few keeps the list short.
      for _ = 1, 16 do
        local last = redis.call('LINDEX', key, -1)
        if not last or tonumber(last) > now - limit.window then break end
        redis.call('RPOP', key)
      end
      local used = redis.call('LLEN', key) + 1
      if limit.count - used < least then
        least = limit.count - used
        -- With this one it is full: the next one has to wait for the oldest.
        wait = least > 0 and 0 or tonumber(redis.call('LINDEX', key, -1) or now) + limit.window - now
      end
    end
    if not shadow then
      for _, part in ipairs({ rule.name, least, wait }) do left[#left + 1] = part end
    end
  end
end

-- 3. Rules that look at what became of earlier sends.
-- Too many that nobody has confirmed, for what the subject is used to: {value, threshold}, or nil.
local function surge(stats, t, on_probation)
  local ms, ma = recent(stats, 'm', MINUTE, now)
  local ls, la = recent(stats, 'l', t.window, now)
  if la >= t.share * ls then return nil end
  local quick, all = ms - ma, ls - la
  if on_probation then return all >= t.probation and { all, t.probation } or nil end
  local peak = math.max(stats.peak, stats.la, stats.la1)
  local most = math.max(t.burst, t.burst_factor * peak * MINUTE / t.window)
  if quick >= most then return { quick, most } end
  -- Those of the last minute may still be on their way to being confirmed.
  local ripe = all - math.max(quick, 0)
  most = math.max(t.slow, t.slow_factor * peak)
  return ripe >= most and { ripe, most } or nil
end

local function block(i, rule, mode, found)
  local before = blocks[i]
  local level = before and before.level + 1 or 1
  local length = math.min(FIRST_BLOCK * 2 ^ (level - 1), LONGEST_BLOCK)
  local value, threshold = math.floor(found[1]), math.floor(found[2])
  forget_old_blocks(now)
  save_block(subjects[i], { rule = rule, mode = mode, label = R.labels[i], value = value, threshold = threshold, level = level,
    since = now, ['until'] = now + length, approved = 0 })
  if decide(mode, rule, value, threshold) then return { 'blocked', rule, length, value, threshold } end
end

local counted = {}
local flags = 0
local function look(i, rule, flag, t)
  local mode = mode_of(rule)
  if skipped(mode) then return nil end
  local stats = load_stats(subjects[i], t.window, now)
  local found = surge(stats, t, blocks[i] ~= nil)
  counted[#counted + 1] = { stats = stats, mode = mode, flag = flag }
  if not found then return nil end
  -- It has served: after the block counting begins anew.
  for _, field in ipairs(FIELDS) do
    if field ~= 'mw' and field ~= 'lw' and field ~= 'peak' then stats[field] = 0 end
  end
  save_stats(stats)
  return block(i, rule, mode, found)
end

local countries
if p then
  local refused = look(1, 'pumping_prefix', 1, T.prefix)
  if not refused and not known then
    refused = look(2, 'pumping_country', 2, T.country) or look(3, 'unverified_share', 4, T.application)
    local mode = mode_of('countries_per_ip')
    if not refused and subjects[4] and not skipped(mode) then
      countries = GUARD .. 'c:' .. R.ip
      local flat, others = redis.call('HGETALL', countries), 0
      for at = 1, #flat, 2 do
        if flat[at] ~= R.country and tonumber(flat[at + 1]) > now - HOUR then others = others + 1 end
      end
      if others >= T.countries then
        redis.call('DEL', countries)
        refused = block(4, 'countries_per_ip', mode, { others + 1, T.countries + 1 })
      end
    end
  end
  if refused then return refused end
end

-- 4. It is sent: count it.
for _, rule in ipairs(R.limits) do
  if not skipped(rule.mode) then
    for _, limit in ipairs(rule.limits) do
      local key = GUARD .. 'l:' .. limit.key
      if redis.call('LPUSH', key, now) > limit.count then redis.call('LTRIM', key, 0, limit.count - 1) end
      redis.call('PEXPIRE', key, limit.window)
    end
  end
end
for _, one in ipairs(counted) do
  if not skipped(one.mode) then
    one.stats.ms, one.stats.ls, flags = one.stats.ms + 1, one.stats.ls + 1, flags + one.flag
    save_stats(one.stats)
  end
end
if countries and not skipped(mode_of('countries_per_ip')) then
  redis.call('HSET', countries, R.country, now)
  redis.call('PEXPIRE', countries, HOUR)
end
flags = flags + (shadow and 16 or 8)
if call_key then redis.call('SET', call_key, flags, 'PX', DAY) end
return { 'admitted', now, flags, monitored, left }
