--- @include _shared
-- Writes what has become of events sent to one webhook: the cursor and what it has passed without success move together.
-- Safe to repeat, but for lines of the log.
-- KEYS 1 webhooks of the application  2 lease  3 waiting: entry -> due  4 facts: entry -> JSON
--      5 dead letters: entry -> when  6 log  7 events of the application
-- ARGV 1 token of the holder  2 id of the webhook  3 JSON: cursor, wait [[entry, due, facts]], done [entry],
--      dead [[entry, facts]], log [JSON], failing (Unix ms, 0: not), paused (JSON of the event that says so; else absent)
--      4 life of all this in ms  5 most dead letters  6 most lines of the log
-- Returns 'done' | 'lost' (the lease) | 'gone' (the webhook)
local webhooks, waiting, facts, dead, log = KEYS[1], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local id, life = ARGV[2], tonumber(ARGV[4])
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 'lost' end
if redis.call('HEXISTS', webhooks, id) == 0 then return 'gone' end
local now = clock()
local change = cjson.decode(ARGV[3])

redis.call('HSET', webhooks, id .. ':cursor', change.cursor)
if change.failing == 0 then
  redis.call('HDEL', webhooks, id .. ':failing')
else
  redis.call('HSET', webhooks, id .. ':failing', change.failing)
end
for _, entry in ipairs(change.wait) do
  redis.call('ZADD', waiting, entry[2], entry[1])
  redis.call('HSET', facts, entry[1], entry[3])
end
for _, entry in ipairs(change.done) do
  redis.call('ZREM', waiting, entry)
  redis.call('HDEL', facts, entry)
end
for _, entry in ipairs(change.dead) do
  redis.call('ZREM', waiting, entry[1])
  redis.call('ZADD', dead, now, entry[1])
  redis.call('HSET', facts, entry[1], entry[2])
end
-- Dead letters whose events have left the stream, and the oldest ones beyond the bound.
local old = redis.call('ZRANGEBYSCORE', dead, '-inf', now - life)
local beyond = redis.call('ZRANGE', dead, 0, -1 - tonumber(ARGV[5]))
for _, entries in ipairs({ old, beyond }) do
  for _, entry in ipairs(entries) do
    redis.call('ZREM', dead, entry)
    redis.call('HDEL', facts, entry)
  end
end
for _, line in ipairs(change.log) do redis.call('XADD', log, 'MAXLEN', '~', ARGV[6], '*', 'd', line) end
for _, key in ipairs({ waiting, facts, dead, log }) do redis.call('PEXPIRE', key, life) end

if change.paused and redis.call('HGET', webhooks, id .. ':status') == 'active' then
  redis.call('HSET', webhooks, id .. ':status', 'paused')
  redis.call('HINCRBY', webhooks, id .. ':pauses', 1)
  redis.call('HINCRBY', webhooks, 'version', 1)
  redis.call('XADD', KEYS[7], 'MINID', '~', now - life, '*', 'e', change.paused, 't', 'webhook.paused')
  redis.call('PEXPIRE', KEYS[7], life)
end
return 'done'
