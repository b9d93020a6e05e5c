import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Mode, Scope } from '../config/config.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { applicationKey, keyKey, keysOfKey, REVOKED_FOR_MS, tokenKey } from './access-keys.js';
import { fieldsOf, page } from './hashes.js';
import { loadScript, run } from './script.js';

const create = loadScript('create_key');
const rotate = loadScript('rotate_key');
const revoke = loadScript('revoke_key');
const findToken = loadScript('find_token');
const findKey = loadScript('find_key');

/** What somebody may do with a key. Times in Unix milliseconds. */
interface Grant {
  readonly mode: Mode;
  readonly scopes: readonly Scope[];
  readonly ipRanges?: readonly string[];
  readonly expiresAt?: number;
}

export interface NewKey extends Grant {
  readonly application: string;
  readonly name: string;
  /** Of its token. */
  readonly hash: string;
}

/** A key as administrators see it. */
export interface StoredKey extends Grant {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  /** Until then the token before the last rotation works too. */
  readonly oldUntil?: number;
}

/** What one token of a key stands for. */
export interface FoundKey extends Grant {
  readonly id: string;
  /** Which of the key's tokens, counted from 1. */
  readonly version: string;
  readonly application: string;
  readonly applicationActive: boolean;
  readonly revokedAt?: number;
}

export interface Rotation {
  readonly application: string;
  readonly id: string;
  readonly hash: string;
  readonly overlapMs: number;
  /** Undefined keeps the key's. */
  readonly expiresAt?: number;
}

/** Keys that were made over the API. Of their tokens it holds hashes only. */
@Injectable()
export class KeyStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  /** @returns undefined when there is no such application */
  async create(key: NewKey): Promise<StoredKey | undefined> {
    const { application, name, mode, scopes, ipRanges = [], expiresAt, hash } = key;
    const id = randomUUID();
    const keys = [keyKey(id), applicationKey(application), keysOfKey(application), tokenKey(hash)];
    const args = [id, application, name, mode, scopes.join(), ipRanges.join(), expiresAt ?? '', hash];
    return toKey(id, await run(this.redis, create, keys, args));
  }

  /** @returns undefined when the application has no such key */
  async rotate({ application, id, hash, overlapMs, expiresAt }: Rotation): Promise<StoredKey | undefined> {
    const keys = [keyKey(id), applicationKey(application), tokenKey(hash)];
    const args = [id, application, hash, overlapMs, expiresAt ?? '', REVOKED_FOR_MS];
    return toKey(id, await run(this.redis, rotate, keys, args));
  }

  /** @returns false when the application has no such key */
  async revoke(application: string, id: string): Promise<boolean> {
    const keys = [keyKey(id), keysOfKey(application)];
    return (await run(this.redis, revoke, keys, [id, application, REVOKED_FOR_MS])) === 1;
  }

  /** One that was revoked is no longer there. */
  async get(application: string, id: string): Promise<StoredKey | undefined> {
    const fields = await this.redis.hgetall(keyKey(id));
    if (fields.app !== application || fields.revoked !== undefined) return undefined;
    return ofFields(id, fields);
  }

  /** In the order in which they were made. @param cursor of the last one of the page before; '' for the first page */
  async list(application: string, cursor: string, limit: number): Promise<StoredKey[]> {
    const found = await page(this.redis, keysOfKey(application), cursor, limit, keyKey);
    return found.map(({ id, fields }) => ofFields(id, fields));
  }

  async findByToken(hash: string): Promise<FoundKey | undefined> {
    return toFound(await run(this.redis, findToken, [tokenKey(hash)], []));
  }

  async findById(id: string, version: string): Promise<FoundKey | undefined> {
    return toFound(await run(this.redis, findKey, [keyKey(id)], [id, version]));
  }
}

const toKey = (id: string, answer: unknown): StoredKey | undefined =>
  answer === null ? undefined : ofFields(id, fieldsOf(answer));

function ofFields(id: string, fields: Record<string, string>): StoredKey {
  const { name = '', mode = '', scopes = '', ranges = '', expires = '', created, old_until } = fields;
  return {
    id,
    name,
    createdAt: Number(created),
    oldUntil: old_until === undefined ? undefined : Number(old_until),
    ...grantOf(mode, scopes, ranges, expires),
  };
}

function toFound(answer: unknown): FoundKey | undefined {
  if (answer === null) return undefined;
  const [id = '', version = '', application = '', mode = '', scopes = '', ranges = '', expires = '', revoked, status] =
    (answer as (string | number)[]).map(String);
  return {
    id,
    version,
    application,
    applicationActive: status !== 'inactive',
    revokedAt: revoked === '' ? undefined : Number(revoked),
    ...grantOf(mode, scopes, ranges, expires),
  };
}

const grantOf = (mode: string, scopes: string, ranges: string, expires: string): Grant => ({
  mode: mode === 'live' ? 'live' : 'test',
  scopes: scopes.split(',') as Scope[],
  ipRanges: ranges === '' ? undefined : ranges.split(','),
  expiresAt: expires === '' ? undefined : Number(expires),
});
