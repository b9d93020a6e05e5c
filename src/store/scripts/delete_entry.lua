--- @include _shared
--- @include _entries
--- @include _changes
-- Takes an entry off its list.
-- KEYS as in _entries
-- ARGV 1 id  2 what to tell
-- Returns 1, or 0 when there was none
sweep(clock())
if not remove(ARGV[1]) then return 0 end
changed(ARGV[2])
return 1
