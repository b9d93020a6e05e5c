--- @include _guard
--- @include _marks
-- Counts approvals, each once, for the same subjects that have counted the sends.
-- KEYS 1 blocks  2 marks: shard -> id of its last outbox entry that was counted
-- ARGV 1 thresholds  2... shard, id in its outbox, <prefix>.<country>.<flags of admit.lua>; a shard's in the order of its outbox
local now, T = clock(), cjson.decode(ARGV[1])

-- A block whose own sends turn out to be confirmed, half of them at least, was a mistake.
local function forgive(subject)
  local block = parse_block(redis.call('HGET', GUARD .. 'b', subject), now)
  if not block or block['until'] <= now then return end
  block.approved = block.approved + 1
  if block.approved * 2 >= block.value then remove_block(subject) else save_block(subject, block) end
end

local function count(prefix, country, flags)
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
  redis.call('INCR', GUARD .. 'a')
end

for i = 2, #ARGV, 3 do
  if is_new(KEYS[2], ARGV[i], ARGV[i + 1]) then
    local prefix, country, flags = string.match(ARGV[i + 2], '^([^.]+)%.([^.]*)%.(%d+)$')
    count(prefix, country, tonumber(flags))
  end
end
redis.call('PEXPIRE', GUARD .. 'a', MEMORY)
save_marks(KEYS[2], MEMORY) -- longer than an outbox entry lives
