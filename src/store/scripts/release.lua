--- @include _guard
-- Takes back what admit.lua has counted of a send that was refused after all.
-- KEYS 1 blocks
-- ARGV 1 thresholds  2 request (both as admit.lua had them)  3 when it was admitted  4 its flags
local now, T, R = clock(), cjson.decode(ARGV[1]), cjson.decode(ARGV[2])
local flags = tonumber(ARGV[4])
local shadow = flags >= 16

if R.once then redis.call('DEL', GUARD .. 'i:' .. R.once) end
for _, rule in ipairs(R.limits) do
  if not (shadow and rule.mode == 'monitor') then
    for _, limit in ipairs(rule.limits) do redis.call('LREM', GUARD .. 'l:' .. limit.key, 1, ARGV[3]) end
  end
end
if not R.pumping then return end

for flag, of in pairs({ [1] = { 'prefix-' .. R.prefix, T.prefix }, [2] = { 'country-' .. R.country, T.country },
  [4] = { 'application', T.application } }) do
  if math.floor(flags / flag) % 2 == 1 then
    local stats = load_stats(of[1], of[2].window, now)
    stats.ms, stats.ls = math.max(stats.ms - 1, 0), math.max(stats.ls - 1, 0)
    save_stats(stats)
  end
end
