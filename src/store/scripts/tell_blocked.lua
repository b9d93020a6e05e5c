--- @include _shared
-- Tells that a send was refused: about the verification that it was for, or about one that there will never be.
-- KEYS 1 state
-- ARGV 1 id  2 application  3 rule  4 masked address  5 profile, or ''  6 webhook, or ''
local now = clock()
if redis.call('EXISTS', KEYS[1]) == 1 then
  emit(KEYS[1], ARGV[1], now, 'blocked', nil, ARGV[3])
  return
end
local entry = { 'kind', 'blocked', 'id', ARGV[1], 'seq', 1, 'at', now, 'app', ARGV[2], 'status', 'blocked', 'to', ARGV[4],
  'reason', ARGV[3] }
for name, value in pairs({ profile = ARGV[5], hook = ARGV[6] }) do
  if value ~= '' then
    entry[#entry + 1] = name
    entry[#entry + 1] = value
  end
end
local outbox = prefix_of(KEYS[1]) .. 'ev'
redis.call('XADD', outbox, '*', unpack(entry))
redis.call('PEXPIRE', outbox, OUTBOX_TTL)
