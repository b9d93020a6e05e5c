import type { RedisAddress } from '../config/redis-url.js';

/** What Redis says of itself. Undefined is what it does not tell. */
export interface RedisFacts {
  readonly version?: string;
  /** `standalone`, `sentinel`, `cluster`. */
  readonly mode?: string;
  readonly role?: string;
  readonly replicas?: number;
  readonly usedMemory?: number;
  /** Bytes; 0 is no limit. */
  readonly maxMemory?: number;
  readonly evictionPolicy?: string;
  readonly appendOnly?: boolean;
  /** When the append-only file reaches the disk: `always`, `everysec`, `no`. */
  readonly fsync?: string;
}

/** @param info the answer to INFO @param fsync the answer to CONFIG GET appendfsync, which managed ones refuse */
export function readFacts(info: string, fsync?: string): RedisFacts {
  const fields = new Map(
    info.split(/\r?\n/).flatMap((line) => {
      const at = line.indexOf(':');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
    }),
  );
  const number = (name: string): number | undefined => {
    const text = fields.get(name);
    return text === undefined ? undefined : Number(text);
  };
  const appendOnly = fields.get('aof_enabled');
  return {
    version: fields.get('redis_version'),
    mode: fields.get('redis_mode'),
    role: fields.get('role'),
    replicas: number('connected_slaves'),
    usedMemory: number('used_memory'),
    maxMemory: number('maxmemory'),
    evictionPolicy: fields.get('maxmemory_policy'),
    appendOnly: appendOnly === undefined ? undefined : appendOnly === '1',
    fsync,
  };
}

const forgets = ({ appendOnly }: RedisFacts): boolean => appendOnly === false;

const evicts = ({ maxMemory = 0, evictionPolicy }: RedisFacts): boolean =>
  maxMemory > 0 && evictionPolicy !== undefined && evictionPolicy !== 'noeviction';

/** Of a cluster's primaries the one to look at: it loses data, or has fewer replicas than the others. */
export function worstOf(servers: readonly RedisFacts[]): RedisFacts | undefined {
  const dangers = (facts: RedisFacts): number => Number(forgets(facts)) + Number(evicts(facts));
  const replicas = (facts: RedisFacts): number => facts.replicas ?? 0;
  return servers.toSorted((a, b) => dangers(b) - dangers(a) || replicas(a) - replicas(b))[0];
}

/** Of a cluster's primaries the one that is nearest to its limit. */
export function fullestOf(servers: readonly RedisFacts[]): RedisFacts | undefined {
  const used = ({ usedMemory = 0 }: RedisFacts): number => usedMemory;
  const share = (facts: RedisFacts): number => (facts.maxMemory ? used(facts) / facts.maxMemory : 0);
  return servers.toSorted((a, b) => share(b) - share(a) || used(b) - used(a))[0];
}

/**
 * What an operator should know before the first verification is lost: a sentence for each danger.
 * @param servers one, or a cluster's primaries
 */
export function dangersOf(servers: readonly RedisFacts[], address: RedisAddress): string[] {
  const dangers: string[] = [];
  if (servers.some(forgets)) {
    dangers.push('Redis has no append-only file: a restart of it loses every verification (appendonly yes)');
  }
  const evicting = servers.find(evicts);
  if (evicting) {
    dangers.push(
      `Redis throws verifications away when its memory is full (maxmemory-policy ${evicting.evictionPolicy}; noeviction)`,
    );
  }
  if (!hasPassword(address) && !isLocal(address)) {
    dangers.push('Redis is reached over a network without a password (REDIS_URL; requirepass or an ACL user)');
  }
  return dangers;
}

function hasPassword(address: RedisAddress): boolean {
  if (address.mode !== 'single') return address.password !== undefined;
  return !address.url.startsWith('unix://') && new URL(address.url).password !== '';
}

function isLocal(address: RedisAddress): boolean {
  if (address.mode !== 'single') return address.nodes.every(({ host }) => isLoopback(host));
  return address.url.startsWith('unix://') || isLoopback(new URL(address.url).hostname);
}

const isLoopback = (host: string): boolean =>
  ['localhost', '::1', '[::1]'].includes(host) || /^127(\.\d+){3}$/.test(host);
