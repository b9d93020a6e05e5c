-- Budgets of a recipient in one application (docs/decisions/0014): the times of its sends, and those of its failed
-- checks, newest first, as many as the limits ask about. So windows slide: none of any position holds more than its count.
-- The rules of a budget come as one JSON text (store/budgets.ts), times in ms: limits [[count, window], ...], which must
-- all allow; the waits between sends, and within what time they are counted; most and life of what is kept. '' is off, and
-- keeps nothing. They are read only where there are times to hold against them, or one to keep.

local function budget(key, text)
  return { key = key, text = text, times = text == '' and {} or redis.call('LRANGE', key, 0, -1) }
end

local function rules_of(b)
  b.rules = b.rules or cjson.decode(b.text)
  return b.rules
end

local function use(b, now)
  if b.text == '' then return end
  local rules = rules_of(b)
  table.insert(b.times, 1, now)
  if redis.call('LPUSH', b.key, now) > rules.most then redis.call('LTRIM', b.key, 0, rules.most - 1) end
  redis.call('PEXPIRE', b.key, rules.life)
end

local function count_within(times, window, now)
  local n = 0
  while times[n + 1] and times[n + 1] + window > now do n = n + 1 end
  return n
end

-- Milliseconds until every limit allows; 0 when they do. A full one opens when its oldest use leaves the window.
local function full_for(b, now)
  local ms = 0
  if #b.times == 0 then return ms end
  for _, limit in ipairs(rules_of(b).limits) do
    local oldest = b.times[limit[1]]
    if oldest then ms = math.max(ms, oldest + limit[2] - now) end
  end
  return ms
end

-- Milliseconds until the wait after the newest send is over.
local function wait_for(b, now)
  if #b.times == 0 then return 0 end
  local waits = rules_of(b).waits
  local wait = #waits > 0 and waits[math.min(count_within(b.times, b.rules.within, now), #waits)]
  return wait and math.max(b.times[1] + wait - now, 0) or 0
end

-- The budget that refuses a send for the longest, and for how many milliseconds; nil and 0 when none does.
local function refusing(sends, failures, now)
  local name, longest = nil, 0
  local full, wait, failed = full_for(sends, now), wait_for(sends, now), full_for(failures, now)
  if full > longest then name, longest = 'sends_per_number', full end
  if wait > longest then name, longest = 'send_wait', wait end
  if failed > longest then name, longest = 'failures_per_number', failed end
  return name, longest
end

-- What answers say: how many sends every window leaves (false without a limit), and when the next one is allowed (false
-- when it is now).
local function allowance(sends, failures, now)
  local left = false
  for _, limit in ipairs(sends.text == '' and {} or rules_of(sends).limits) do
    local free = math.max(limit[1] - count_within(sends.times, limit[2], now), 0)
    left = left and math.min(left, free) or free
  end
  local _, ms = refusing(sends, failures, now)
  return left, ms > 0 and now + ms
end
