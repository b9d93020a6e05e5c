--- @include _guard
-- KEYS 1 blocks
-- Returns {now, {subject, block as JSON, ...}}, those that have ended included
return { clock(), redis.call('HGETALL', KEYS[1]) }
