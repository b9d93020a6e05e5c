import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { entryKeys, newsOf, pairs, parseEntry, splitNote } from './entry.store.js';
import { fieldsOf } from './hashes.js';
import type { StoredRule } from './rule.store.js';
import { loadScript, run } from './script.js';
import { settingsKey } from './settings-keys.js';

const scripts = { load: loadScript('load_guard'), set: loadScript('set_guard') };

/** All that was said about the guard of one application. */
export interface LoadedGuard {
  readonly rules: readonly StoredRule[];
  /** By `<rule>` or `<rule>:<part>`. */
  readonly said: Readonly<Record<string, string>>;
  readonly entries: readonly LoadedEntry[];
}

/** What Redis has answered. Reading ten thousand entries takes its time, so it waits until somebody wants them. */
interface GuardAnswer {
  /** The same as long as nothing has changed. */
  readonly digest: string;
  readonly read: () => LoadedGuard;
}

/** One of the lists; with its note where it was written with other secrets than those of now. */
export type LoadedEntry = ReturnType<typeof parseEntry> & {
  readonly field: string;
  readonly packed: string;
  readonly note?: string;
};

@Injectable()
export class GuardSettingsStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  /** In one round trip. @param keys names the secrets of now */
  async load(application: string, keys: string): Promise<GuardAnswer> {
    const names = [...entryKeys(application), settingsKey(application, 'rules'), settingsKey(application, 'guard')];
    const answer = (await run(this.redis, scripts.load, names, [keys])) as string[][];
    const digest = createHash('sha256').update(JSON.stringify(answer)).digest('base64url');
    return { digest, read: () => toLoaded(answer) };
  }

  /** @param said by field; null takes back what was said */
  async set(application: string, said: Readonly<Record<string, string | null>>): Promise<void> {
    const args = Object.entries(said).flatMap(([field, value]) => [field, value ?? '']);
    await run(this.redis, scripts.set, [settingsKey(application, 'guard')], [newsOf(application), ...args]);
  }
}

function toLoaded([rules = [], said = [], entries = [], old = []]: readonly string[][]): LoadedGuard {
  const notes = new Map(pairs(old));
  return {
    rules: pairs(rules)
      .filter(([field]) => !field.startsWith('name:'))
      .map(([, json]) => JSON.parse(json) as StoredRule),
    said: fieldsOf(said),
    entries: pairs(entries).map(([field, packed]) => {
      const noted = notes.get(field);
      return { ...parseEntry(field, packed), field, packed, note: noted && splitNote(noted).note };
    }),
  };
}
