--- @include _guard
-- Ends a block, and forgets that it was there: the next one is a first one.
-- KEYS 1 blocks
-- ARGV 1 subject
-- Returns whether it was in force
local now = clock()
local block = parse_block(redis.call('HGET', KEYS[1], ARGV[1]), now)
if not block or block['until'] <= now then return 0 end
remove_block(ARGV[1])
return 1
