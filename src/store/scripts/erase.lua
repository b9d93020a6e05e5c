--- @include _shared
-- Removes verifications of one recipient, with their facts and answers, and wherever they stand. Safe to repeat.
-- KEYS 1... indexes that they may stand in
-- ARGV ids
local prefix = prefix_of(KEYS[1])
for _, id in ipairs(ARGV) do redis.call('DEL', prefix .. 'v:' .. id, prefix .. 'f:' .. id, prefix .. 'k:' .. id) end
for _, index in ipairs(KEYS) do redis.call('ZREM', index, unpack(ARGV)) end
redis.call('ZREM', prefix .. 'due', unpack(ARGV))
