--- @include _shared
--- @include _entries
-- Reads entries in the order in which they were made.
-- KEYS as in _entries
-- ARGV 1 position after which to begin, or ''  2 how many  3 action or ''  4 kind or ''  5… values; none for any
-- Returns {note, entry, ...}
local now = clock()
sweep(now)
local found, wanted = {}, nil
for i = 5, #ARGV do
  wanted = wanted or {}
  wanted[ARGV[i]] = true
end
local function matches(field)
  local action, kind, value = string.match(field, '^(.-)|(.-)|(.+)$')
  return (ARGV[3] == '' or ARGV[3] == action) and (ARGV[4] == '' or ARGV[4] == kind) and (not wanted or wanted[value])
end
local after = ARGV[1] == '' and '-' or '(' .. ARGV[1]
repeat
  local positions = redis.call('ZRANGE', KEYS[3], after, '+', 'BYLEX', 'LIMIT', 0, 500)
  for _, position in ipairs(positions) do
    local note = redis.call('HGET', KEYS[2], string.match(position, ':(.+)$'))
    local field = string.match(note, '^%S+')
    local entry = matches(field) and redis.call('HGET', KEYS[1], field)
    if entry and is_live(entry, now) then
      found[#found + 1] = note
      found[#found + 1] = entry
      if #found == 2 * ARGV[2] then return found end
    end
    after = '(' .. position
  end
until #positions == 0
return found
