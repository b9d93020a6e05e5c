import type { Redis } from 'ioredis';
import { loadScript } from '../../src/store/script.js';
import type { Told } from './event-rules.js';

/**
 * The real scripts on the real Redis, under a clock that the model sets. Each script's text is wrapped once: in front
 * of it `redis` is shadowed, so that TIME answers the model's time and relative lives become absolute ones; behind it
 * the state is read in the same call, so that the checker sees every single change. Production code has no part in this.
 * What Redis would remove by itself at the model's time is removed by `expire`.
 */
export const PRELUDE = `
local model = cjson.decode(table.remove(ARGV))
local real = redis
local redis = { call = function(command, ...)
  local a = { ... }
  if command == 'TIME' then
    return { string.format('%d', math.floor(model.now / 1000)), string.format('%d', (model.now % 1000) * 1000) }
  elseif command == 'PEXPIRE' then
    return real.call('PEXPIREAT', a[1], model.now + tonumber(a[2]))
  elseif command == 'PTTL' then
    local at = real.call('PEXPIRETIME', a[1])
    if at < 0 then return at end
    return at - model.now
  elseif command == 'SET' and a[3] == 'PX' then
    return real.call('SET', a[1], a[2], 'PXAT', model.now + tonumber(a[4]))
  end
  return real.call(command, ...)
end }
local function scripted()
`;
const EPILOGUE = `
end
local reply = scripted()
local seen = {}
for i, id in ipairs(model.ids) do
  local key = model.prefix .. 'v:' .. id
  local flat, fields = real.call('HGETALL', key), {}
  for at = 1, #flat, 2 do fields[flat[at]] = flat[at + 1] end
  seen[i] = { fields = fields, due = real.call('ZSCORE', model.prefix .. 'due', id), pointer =
    fields.rcpt and real.call('GET', model.prefix .. 'p:' .. fields.rcpt .. ':' .. fields.slot),
    removedAt = real.call('PEXPIRETIME', key) }
end
local function times(kind)
  local found = real.call('LRANGE', model.prefix .. kind .. model.hash, 0, -1)
  return #found > 0 and found or nil
end
local told = {}
for i, entry in ipairs(real.call('XRANGE', model.prefix .. 'ev', '-', '+')) do
  told[i] = cjson.decode(entry[2][2])
end
if #told > 0 then real.call('XTRIM', model.prefix .. 'ev', 'MAXLEN', 0) end
return { reply, cjson.encode({ told = #told > 0 and told or nil, seen = #seen > 0 and seen or nil, sends = times('bs:'),
  failures = times('bf:') }) }
`;
const EXPIRE = `
for _, key in ipairs(KEYS) do
  local at = redis.call('PEXPIRETIME', key)
  if at >= 0 and at <= tonumber(ARGV[1]) then redis.call('DEL', key) end
end`;
const SURVEY = `
local found = {}
for i, key in ipairs(redis.call('KEYS', ARGV[1])) do found[i] = { key, redis.call('PEXPIRETIME', key) } end
return found`;

const NAMES = ['start', 'continue', 'check', 'cancel', 'read', 'claim', 'record', 'apply', 'lease', 'link', 'park'];

/** One guard is dropped from a copy of a script: the checker must notice. */
export interface Mutation {
  readonly script: string;
  readonly replace: string;
  readonly by: string;
}

/** What every script call is told about the history it belongs to. */
export interface Frame {
  readonly now: number;
  readonly prefix: string;
  readonly hash: string;
  readonly ids: readonly string[];
}

/** A verification as Redis holds it: the hash, and what other keys say about it. */
export interface Seen {
  readonly fields: Readonly<Record<string, string>>;
  readonly due?: number;
  readonly pointer?: string;
  readonly removedAt: number;
}

export interface Reply {
  readonly answer: unknown;
  readonly seen: readonly (Seen | undefined)[];
  /** What this call has written into the outbox. */
  readonly told: readonly Told[];
  /** Times of the recipient's budgets, newest first. */
  readonly sends: readonly number[];
  readonly failures: readonly number[];
}

/** What Redis does not have is false in Lua; an empty list would be an object, so it is left out. */
interface Raw {
  readonly seen?: RawSeen[];
  readonly told?: Told[];
  readonly sends?: string[];
  readonly failures?: string[];
}

interface RawSeen {
  readonly fields: Record<string, string>;
  readonly due: string | false;
  readonly pointer?: string | false;
  readonly removedAt: number;
}

export class VirtualRedis {
  private constructor(
    private readonly client: Redis,
    /** By the hash under which the stores know a script. */
    private readonly scripts: ReadonlyMap<string, { readonly name: string; readonly sha: string }>,
  ) {}

  static async load(client: Redis, mutation?: Mutation): Promise<VirtualRedis> {
    const scripts = new Map<string, { name: string; sha: string }>();
    for (const name of NAMES) {
      const { source, sha } = loadScript(name);
      const text = mutation?.script === name ? mutate(source, mutation) : source;
      scripts.set(sha, { name, sha: String(await client.script('LOAD', PRELUDE + text + EPILOGUE)) });
    }
    return new VirtualRedis(client, scripts);
  }

  nameOf(sha: string): string {
    return this.scripts.get(sha)!.name;
  }

  async run(sha: string, keys: readonly string[], args: readonly (string | number)[], frame: Frame): Promise<Reply> {
    const own = this.scripts.get(sha)!.sha;
    const raw = await this.client.evalsha(own, keys.length, ...keys, ...args, JSON.stringify(frame));
    const [answer, json] = raw as [unknown, string];
    const { seen = [], told = [], sends = [], failures = [] } = JSON.parse(json) as Raw;
    return {
      answer,
      seen: seen.map(parseSeen),
      told,
      sends: sends.map(Number),
      failures: failures.map(Number),
    };
  }

  async expire(keys: readonly string[], now: number): Promise<void> {
    await this.client.eval(EXPIRE, keys.length, ...keys, now);
  }

  /** Every key of a shard, and when it goes (-1: never). */
  async survey(prefix: string): Promise<[key: string, removedAt: number][]> {
    return (await this.client.eval(SURVEY, 0, `${prefix}*`)) as [string, number][];
  }

  async remove(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.client.unlink(...keys);
  }
}

function mutate(source: string, { replace, by }: Mutation): string {
  if (source.split(replace).length !== 2) throw new Error(`a mutation no longer fits its script: ${replace}`);
  return source.replace(replace, () => by);
}

function parseSeen({ fields, due, pointer, removedAt }: RawSeen): Seen | undefined {
  if (fields.status === undefined) return undefined;
  return {
    fields,
    due: due === false ? undefined : Number(due),
    pointer: pointer === false ? undefined : pointer,
    removedAt,
  };
}
