--- @include _entries
-- Replaces entries that were written with secrets of before, unless they have changed meanwhile. What they say stays the
-- same, so nobody needs to be told.
-- KEYS as in _entries
-- ARGV for each entry: field, entry, the same with the keys of now, note
for i = 1, #ARGV, 5 do
  local field, entry, new_field, new_entry, note = unpack(ARGV, i, i + 4)
  local is_same = redis.call('HGET', KEYS[1], field) == entry
  if is_same and field ~= new_field and redis.call('HEXISTS', KEYS[1], new_field) == 1 then
    -- Somebody who had the other secret has put the same on the list: that is the later word.
    remove(parts(entry)[1])
  elseif is_same then
    redis.call('HDEL', KEYS[1], field)
    redis.call('HSET', KEYS[1], new_field, new_entry)
    redis.call('HSET', KEYS[2], parts(entry)[1], new_field .. ' ' .. note)
  end
end
