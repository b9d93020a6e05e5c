// Counts what is in Redis by kind, and lets time pass for it.
import { kindOf, UNKNOWN } from './kinds.mjs';

/** So many keys in one call: bounds the time that Redis serves nobody else. */
const PAGE = 2_000;
const EXAMPLES = 3;

/** PTTL of every key: -1 for none, -2 for those that have just ended. */
const LIVES = `
local lives = {}
for i, key in ipairs(KEYS) do lives[i] = redis.call('PTTL', key) end
return lives`;

const PASS = `
for _, key in ipairs(KEYS) do
  local left, passed = redis.call('PTTL', key), tonumber(ARGV[1])
  if left > passed then
    redis.call('PEXPIRE', key, left - passed)
  elseif left >= 0 then
    redis.call('UNLINK', key)
  end
end`;

/** Pages of all keys, each key once: SCAN itself gives some twice while its table grows or shrinks. */
async function pagesOf(redis) {
  const all = new Set();
  for await (const keys of redis.scanStream({ count: PAGE })) for (const key of keys) all.add(key);
  const pages = [];
  let page = [];
  for (const key of all) {
    page.push(key);
    if (page.length < PAGE) continue;
    pages.push(page);
    page = [];
  }
  return page.length > 0 ? [...pages, page] : pages;
}

/**
 * @returns kinds: kind → how many keys; endless: kind → how many of them have no TTL; wrong: what breaks the rules of
 * kinds.mjs, in words → some keys
 */
export async function census(redis) {
  const [kinds, endless, wrong] = [new Map(), new Map(), new Map()];
  const blame = (text, key) => wrong.set(text, [...(wrong.get(text) ?? []), key].slice(0, EXAMPLES));
  for (const keys of await pagesOf(redis)) {
    const lives = await redis.eval(LIVES, keys.length, ...keys);
    for (const [i, key] of keys.entries()) {
      const [kind, left] = [kindOf(key), lives[i]];
      if (left === -2) continue;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (left === -1) endless.set(kind, (endless.get(kind) ?? 0) + 1);
      if (kind === UNKNOWN) blame('keys that nobody knows', key);
      else if (left === -1 && kind.life !== Infinity) blame(`${kind.name}: no TTL`, key);
      else if (left > kind.life) blame(`${kind.name}: lives too long`, key);
    }
  }
  for (const [{ name, most }, count] of kinds) {
    if (count > most) blame(`${name}: ${count} of them, at most ${most}`, name);
  }
  return { kinds, endless, wrong };
}

export const totalOf = ({ kinds }) => [...kinds.values()].reduce((sum, count) => sum + count, 0);

/**
 * So much time passes for every key: what would have ended goes, all others have so much less to live. A Redis cannot be
 * told another time, and waiting would take weeks. It shows what is left when nobody writes any more. It does not show
 * what scripts do with old members of a key that is written to; test/integration does, under a clock of its own.
 */
export async function pass(redis, ms) {
  for (const keys of await pagesOf(redis)) await redis.eval(PASS, keys.length, ...keys, ms);
}
