import { makeKeyring } from '../../src/codes/keyring.js';
import { open } from '../../src/codes/seal.js';
import type { TestRedis } from './redis.js';
import { SECRET } from './service.js';

const SEALED = /[\w-]{6,}\.[\w-]{43,}/g;
/** What texts are sealed as; an answer that is kept is sealed for its own call. */
const PURPOSES = ['facts', 'own code', 'sandbox'];

export interface Opened {
  readonly key: string;
  readonly ttl: number;
  /** What stands there, and whatever of it the service's own secret opens. */
  readonly text: string;
}

/** Everything in Redis as somebody sees it who has the secret too. */
export async function openedDump(redis: TestRedis): Promise<Opened[]> {
  const ring = makeKeyring([Buffer.from(SECRET, 'base64')]);
  const entries = await redis.dump();
  const prints = entries.flatMap(({ value }) => [...value.matchAll(/"print":"([\w-]+)"/g)]);
  const answers = prints.map(([, print]) => `answer ${print!}`);
  return entries.map(({ key, ttl, value }) => {
    const opened = [...value.matchAll(SEALED)].flatMap(([sealed]) =>
      [...PURPOSES, ...answers].map((purpose) => open(ring, purpose, sealed) ?? ''),
    );
    return { key, ttl, text: [key, value, ...opened].join(' ') };
  });
}
