-- What the token of one version of a key stands for: for tokens that were made from it.
-- KEYS 1 key
-- ARGV 1 id  2 version
-- Returns as `describe` does
--- @include _access
return describe(ARGV[1], ARGV[2])
