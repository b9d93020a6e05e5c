--- @include _shared
--- @include _entries
-- Reads one entry.
-- KEYS as in _entries
-- ARGV 1 id
-- Returns {note, entry} | false
local note = redis.call('HGET', KEYS[2], ARGV[1])
if not note then return false end
local entry = redis.call('HGET', KEYS[1], string.match(note, '^%S+'))
return is_live(entry, clock()) and { note, entry }
