import { loadScript, run } from './script.js';
import { settingsKey } from './settings-keys.js';
import type { RedisClient } from '../shared/redis.js';

const scripts = { save: loadScript('save_named'), delete: loadScript('delete_named') };

/** What people make over the API under a name that no other of its kind has in their application. */
export interface Named {
  readonly id: string;
  readonly application: string;
  readonly name: string;
}

/** As it was read: the next save refers to it. */
export interface Stored<T> {
  readonly item: T;
  readonly json: string;
}

/** `missing`: what it refers to by that name or id is not there. */
export type Saved = 'saved' | 'taken' | 'changed' | 'full' | { readonly missing: string };

interface Kind {
  /** Of the kind, in the plural: a part of the key. */
  readonly name: string;
  /** What processes are told of a change, before the application (changes.ts). */
  readonly change: string;
  /** Far more than anybody needs; a bound, because all of them are read at a time. */
  readonly most: number;
  /** The kind that it refers to. */
  readonly refersTo?: string;
  /** The kind that refers to it. */
  readonly referredBy?: string;
}

/** Settings that people make over the API, one hash of each kind in an application (settings-keys.ts). */
export abstract class NamedStore<T extends Named> {
  protected constructor(
    private readonly redis: RedisClient,
    readonly kind: Kind,
  ) {}

  async list(application: string): Promise<T[]> {
    const fields = await this.redis.hgetall(settingsKey(application, this.kind.name));
    return Object.entries(fields)
      .filter(([field]) => isId(field))
      .map(([, json]) => JSON.parse(json) as T);
  }

  async find(application: string, id: string): Promise<Stored<T> | undefined> {
    const json = isId(id) ? await this.redis.hget(settingsKey(application, this.kind.name), id) : null;
    return json === null ? undefined : { item: JSON.parse(json) as T, json };
  }

  /**
   * @param read what the change was made from; undefined for a new one
   * @param references names or ids that must be there
   */
  async save(item: T, read?: Stored<T>, references: readonly string[] = []): Promise<Saved> {
    const { application, id, name } = item;
    const { most, refersTo } = this.kind;
    const before = [read?.json ?? '', read?.item.name ?? ''];
    const args = [id, name, JSON.stringify(item), ...before, most, this.newsOf(application), ...references];
    const answer = String(await run(this.redis, scripts.save, this.keys(application, refersTo), args));
    const [outcome, missing] = answer.split(':');
    return missing === undefined ? (outcome as Exclude<Saved, object>) : { missing };
  }

  async delete(application: string, id: string): Promise<'deleted' | 'unknown' | 'in_use'> {
    if (!isId(id)) return 'unknown';
    const keys = this.keys(application, this.kind.referredBy);
    const answer = await run(this.redis, scripts.delete, keys, [id, this.newsOf(application)]);
    return answer as 'deleted' | 'unknown' | 'in_use';
  }

  private keys(application: string, other: string | undefined): string[] {
    return [this.kind.name, ...(other === undefined ? [] : [other])].map((name) => settingsKey(application, name));
  }

  private newsOf(application: string): string {
    return `${this.kind.change}:${application}`;
  }
}

const isId = (field: string): boolean => !field.startsWith('name:');
