--- @include _shared
-- Tells that a send was refused: about the verification that it was for, or about one that there will never be.
-- KEYS 1 state
-- ARGV 1 id  2 application  3 rule  4 masked address  5 profile, or ''  6 webhook, or ''
local now = clock()
local n = redis.call('HGET', KEYS[1], 'n')
if n then
  emit(KEYS[1], ARGV[1], now, 'blocked', n, ARGV[3])
else
  tell(KEYS[1], {
    kind = 'blocked', id = ARGV[1], seq = 1, at = now, app = ARGV[2], status = 'blocked', to = ARGV[4], reason = ARGV[3],
    profile = ARGV[5] ~= '' and ARGV[5] or nil, hook = ARGV[6] ~= '' and ARGV[6] or nil,
  })
end
