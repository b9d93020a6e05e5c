-- What a token stands for.
-- KEYS 1 token
-- Returns as `describe` does
--- @include _access
local token = redis.call('GET', KEYS[1])
if not token then return false end
return describe(string.match(token, '^(.+):(%d+)$'))
