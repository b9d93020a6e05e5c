import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ListEntry } from '../guard/policy.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { loadScript, run } from './script.js';
import { settingsKey } from './settings-keys.js';

/** All of them are in the memory of each process that sends for the application: about a megabyte. */
export const MOST_ENTRIES = 10_000;

const scripts = {
  save: loadScript('save_entry'),
  delete: loadScript('delete_entry'),
  list: loadScript('list_entries'),
  find: loadScript('find_entry'),
  rekey: loadScript('rekey_entries'),
};

/** What an entry is about: no two of one application are the same in all three. */
export type EntrySubject = Pick<ListEntry, 'action' | 'kind' | 'value'>;

/** An entry as people see it. Times in Unix milliseconds. */
export interface StoredEntry extends ListEntry {
  readonly createdAt: number;
  /** Number and reason, sealed. */
  readonly note: string;
}

/** An entry as it was read, and how it is to be written with the secrets of now. */
interface Rewritten {
  readonly from: { readonly field: string; readonly packed: string };
  readonly subject: EntrySubject;
  readonly keys: string;
  readonly note: string;
}

/** So many at a time, so that nobody else waits: about a millisecond of Redis. */
const REWRITE_AT_ONCE = 200;

interface EntryFilter {
  readonly action?: string;
  readonly kind?: string;
  /** Any of these; undefined for all. */
  readonly values?: readonly string[];
}

/** Allow and block lists. Knows numbers by their keyed hash only. */
@Injectable()
export class EntryStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  /**
   * @param keys names the secrets that hash and note were made with
   * @returns undefined when there is no room
   */
  async save(
    application: string,
    subject: EntrySubject,
    keys: string,
    note: string,
    expiresAt?: number,
  ): Promise<{ isNew: boolean; entry: StoredEntry } | undefined> {
    const args = [randomUUID(), fieldOf(subject), expiresAt ?? '', keys, note, MOST_ENTRIES, newsOf(application)];
    const answer = await run(this.redis, scripts.save, entryKeys(application), args);
    if (answer === null) return undefined;
    const [isNew, id, createdAt] = answer as [number, string, number];
    return { isNew: isNew === 1, entry: { ...subject, id, createdAt, expiresAt, note } };
  }

  /** In the order in which they were made. @param cursor of the last one of the page before; '' for the first page */
  async list(application: string, filter: EntryFilter, cursor: string, limit: number): Promise<StoredEntry[]> {
    const { action = '', kind = '', values = [] } = filter;
    const args = [cursor, limit, action, kind, ...values];
    const flat = (await run(this.redis, scripts.list, entryKeys(application), args)) as string[];
    return pairs(flat).map(([note, entry]) => toStored(note, entry));
  }

  async find(application: string, id: string): Promise<StoredEntry | undefined> {
    const answer = (await run(this.redis, scripts.find, entryKeys(application), [id])) as [string, string] | null;
    return answer === null ? undefined : toStored(...answer);
  }

  /** @returns false when there was none */
  async delete(application: string, id: string): Promise<boolean> {
    return (await run(this.redis, scripts.delete, entryKeys(application), [id, newsOf(application)])) === 1;
  }

  /** Writes anew what was written with secrets of before, unless somebody has changed it meanwhile. */
  async rekey(application: string, entries: readonly Rewritten[]): Promise<void> {
    for (let at = 0; at < entries.length; at += REWRITE_AT_ONCE) {
      const args = entries.slice(at, at + REWRITE_AT_ONCE).flatMap(({ from, subject, keys, note }) => {
        const head = from.packed.slice(0, from.packed.lastIndexOf('|') + 1);
        return [from.field, from.packed, fieldOf(subject), head + keys, note];
      });
      await run(this.redis, scripts.rekey, entryKeys(application), args);
    }
  }
}

export const entryKeys = (application: string): string[] =>
  ['entries', 'entry-notes', 'entry-order', 'entry-ends'].map((name) => settingsKey(application, name));

/** What processes are told of a change (changes.ts). */
export const newsOf = (application: string): string => `g:${application}`;

export const fieldOf = ({ action, kind, value }: EntrySubject): string => `${action}|${kind}|${value}`;

/** @param entry as it stands in Redis */
export function parseEntry(field: string, entry: string): ListEntry & { createdAt: number; keys: string } {
  const [action, kind, value = ''] = field.split('|');
  const [id = '', created, expires, keys = ''] = entry.split('|');
  return {
    id,
    action: action as ListEntry['action'],
    kind: kind as ListEntry['kind'],
    value,
    createdAt: Number(created),
    expiresAt: expires ? Number(expires) : undefined,
    keys,
  };
}

/** @param noted field and note, as they stand together in Redis */
export function splitNote(noted: string): { field: string; note: string } {
  const blank = noted.indexOf(' ');
  return { field: noted.slice(0, blank), note: noted.slice(blank + 1) };
}

function toStored(noted: string, entry: string): StoredEntry {
  const { field, note } = splitNote(noted);
  return { ...parseEntry(field, entry), note };
}

export const pairs = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((first, i): [string, string][] => (i % 2 === 0 ? [[first, flat[i + 1] ?? '']] : []));
