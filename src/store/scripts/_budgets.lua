-- Budgets of a recipient in one application (docs/decisions/0014): the times of its sends, and those of its failed
-- checks, newest first, as many as the limits ask about. So windows slide: none of any position holds more than its count.
-- A budget comes as one text: count/window of each limit, then the waits between sends, in ms, like
-- 5/3600000,10/86400000;30000,60000. Every limit must allow. '' is off, and keeps nothing.

local WAITS_WITHIN = 3600000 -- the sends of the last hour choose the wait after them; a longer wait looks back as far

local function budget(key, text)
  local b = { key = key, limits = {}, waits = {}, within = WAITS_WITHIN, most = 0, life = 0, times = {} }
  if text == '' then return b end
  for count, window in string.gmatch(text, '(%d+)/(%d+)') do
    local limit = { count = tonumber(count), window = tonumber(window) }
    b.limits[#b.limits + 1] = limit
    b.most, b.life = math.max(b.most, limit.count), math.max(b.life, limit.window)
  end
  for wait in string.gmatch(string.match(text, ';(.*)') or '', '%d+') do
    b.waits[#b.waits + 1] = tonumber(wait)
    b.within = math.max(b.within, tonumber(wait))
  end
  if #b.waits > 0 then b.most, b.life = math.max(b.most, #b.waits), math.max(b.life, b.within) end
  b.times = redis.call('LRANGE', key, 0, b.most - 1)
  return b
end

local function use(b, now)
  if b.most == 0 then return end
  table.insert(b.times, 1, now)
  if redis.call('LPUSH', b.key, now) > b.most then redis.call('LTRIM', b.key, 0, b.most - 1) end
  redis.call('PEXPIRE', b.key, b.life)
end

local function count_within(b, window, now)
  local n = 0
  while b.times[n + 1] and b.times[n + 1] + window > now do n = n + 1 end
  return n
end

-- Milliseconds until every limit allows; 0 when they do. A full one opens when its oldest use leaves the window.
local function full_for(b, now)
  local ms = 0
  for _, limit in ipairs(b.limits) do
    local oldest = b.times[limit.count]
    if oldest then ms = math.max(ms, oldest + limit.window - now) end
  end
  return ms
end

-- Milliseconds until the wait after the newest send is over.
local function wait_for(b, now)
  local wait = b.waits[math.min(count_within(b, b.within, now), #b.waits)]
  return wait and math.max(b.times[1] + wait - now, 0) or 0
end

-- The budget that refuses a send for the longest, and for how many milliseconds; nil and 0 when none does.
local function refusing(sends, failures, now)
  local name, longest = nil, 0
  local function consider(candidate, ms)
    if ms > longest then name, longest = candidate, ms end
  end
  consider('sends_per_number', full_for(sends, now))
  consider('send_wait', wait_for(sends, now))
  consider('failures_per_number', full_for(failures, now))
  return name, longest
end

-- What answers say: how many sends every window leaves (false without a limit), and when the next one is allowed (false
-- when it is now).
local function allowance(sends, failures, now)
  local left = false
  for _, limit in ipairs(sends.limits) do
    local free = math.max(limit.count - count_within(sends, limit.window, now), 0)
    left = left and math.min(left, free) or free
  end
  local _, ms = refusing(sends, failures, now)
  return left, ms > 0 and now + ms
end
