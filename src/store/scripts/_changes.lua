-- Shared by the scripts that change what processes keep in memory: all of them forget what they know of it.
-- What is what: src/store/changes.ts. A channel is no key: any node tells all.
local function changed(what) redis.call('PUBLISH', 'pl:changes', what) end
