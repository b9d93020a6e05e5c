--- @include _changes
-- Deletes something that people have made under a name, unless something refers to it.
-- KEYS 1 all of its kind: <id> -> JSON, name:<name> -> id  2 all of the kind that may refer to it, by "template"
-- ARGV 1 id  2 what to tell all processes
-- Returns 'deleted' | 'unknown' | 'in_use'
local json = redis.call('HGET', KEYS[1], ARGV[1])
if not json then return 'unknown' end
local name = cjson.decode(json).name
if KEYS[2] then
  for _, other in ipairs(redis.call('HVALS', KEYS[2])) do
    for _, reference in ipairs({ name, ARGV[1] }) do
      -- Quotes within a text are escaped in JSON: what matches is the field itself.
      if string.find(other, '"template":"' .. reference .. '"', 1, true) then return 'in_use' end
    end
  end
end
redis.call('HDEL', KEYS[1], ARGV[1], 'name:' .. name)
changed(ARGV[2])
return 'deleted'
