--- @include _guard
-- Counts approvals, for the same subjects that have counted the sends.
-- KEYS 1 blocks
-- ARGV 1 thresholds  2... one for each approval: <prefix>.<country>.<flags of admit.lua>
local now, T = clock(), cjson.decode(ARGV[1])

-- A block whose own sends turn out to be confirmed, half of them at least, was a mistake.
local function forgive(subject)
  local block = parse_block(redis.call('HGET', GUARD .. 'b', subject), now)
  if not block or block['until'] <= now then return end
  block.approved = block.approved + 1
  if block.approved * 2 >= block.value then remove_block(subject) else save_block(subject, block) end
end

for i = 2, #ARGV do
  local prefix, country, flags = string.match(ARGV[i], '^([^.]+)%.([^.]*)%.(%d+)$')
  flags = tonumber(flags)
  for flag, of in pairs({ [1] = { 'prefix-' .. prefix, T.prefix }, [2] = { 'country-' .. country, T.country },
    [4] = { 'application', T.application } }) do
    if math.floor(flags / flag) % 2 == 1 then
      local stats = load_stats(of[1], of[2].window, now)
      stats.ma, stats.la = stats.ma + 1, stats.la + 1
      save_stats(stats)
      forgive(of[1])
    end
  end
  -- What `enforce` would not have sent must not make a prefix known.
  if flags < 16 then redis.call('SET', GUARD .. 'f:' .. prefix, 1, 'PX', MEMORY) end
end
redis.call('INCRBY', GUARD .. 'a', #ARGV - 1)
redis.call('PEXPIRE', GUARD .. 'a', MEMORY)
