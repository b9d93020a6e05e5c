--- @include _shared
--- @include _marks
-- Puts events into their application's stream, each once.
-- KEYS 1 stream  2 marks: shard -> id of its last outbox entry that was published
-- ARGV 1 life of an event ms  2 how many are kept at most  3 life of the marks ms
--      4... shard, id in its outbox, type, webhook or '', event; a shard's in the order of its outbox
-- Returns how many were new
local now, new = clock(), 0

for i = 4, #ARGV, 5 do
  local webhook = ARGV[i + 3]
  if is_new(KEYS[2], ARGV[i], ARGV[i + 1]) then
    local fields = { 'e', ARGV[i + 4], 't', ARGV[i + 2] }
    if webhook ~= '' then fields[5], fields[6] = 'w', webhook end
    redis.call('XADD', KEYS[1], '*', unpack(fields))
    new = new + 1
  end
end
save_marks(KEYS[2], ARGV[3])
if new > 0 then
  redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
redis.call('XTRIM', KEYS[1], 'MINID', '~', string.format('%d', now - tonumber(ARGV[1])))
return new
