-- Shared by the scripts of the ledger. What an application spends in an hour or a day of UTC is one hash: `total`, and a
-- field for each country. Amounts are whole millionths of the currency.

local function window(base, now, letter, length)
  local n = math.floor(now / length)
  return { key = base .. ':' .. letter .. ':' .. n, ends = (n + 1) * length }
end

-- {Redis's time in ms, its hour, its day}
local function windows(base)
  local t = redis.call('TIME')
  local now = t[1] * 1000 + math.floor(t[2] / 1000)
  return now, window(base, now, 'h', 3600000), window(base, now, 'd', 86400000)
end
