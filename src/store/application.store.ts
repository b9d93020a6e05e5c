import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { applicationKey, applicationsKey, keysOfKey, REVOKED_FOR_MS } from './access-keys.js';
import { fieldsOf, idOfPosition, page } from './hashes.js';
import { loadScript, run } from './script.js';

/** So many keys are cleared away at a time: about a millisecond of Redis. */
const CLEAR_AT_ONCE = 200;

const create = loadScript('create_application');
const update = loadScript('update_application');
const remove = loadScript('delete_application');

/** An application that was made over the API. */
export interface StoredApplication {
  readonly id: string;
  readonly name: string;
  readonly status: 'active' | 'inactive';
  /** Unix milliseconds. */
  readonly createdAt: number;
}

@Injectable()
export class ApplicationStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  async create(name: string): Promise<StoredApplication> {
    const id = randomUUID();
    const answer = await run(this.redis, create, [applicationKey(id), applicationsKey], [id, name]);
    return toApplication(id, fieldsOf(answer));
  }

  async find(id: string): Promise<StoredApplication | undefined> {
    const fields = await this.redis.hgetall(applicationKey(id));
    return fields.created === undefined ? undefined : toApplication(id, fields);
  }

  /** In the order in which they were made. @param cursor of the last one of the page before; '' for the first page */
  async list(cursor: string, limit: number): Promise<StoredApplication[]> {
    const found = await page(this.redis, applicationsKey, cursor, limit, applicationKey);
    return found.map(({ id, fields }) => toApplication(id, fields));
  }

  /** Of all of them. */
  async ids(): Promise<string[]> {
    const positions = await this.redis.zrange(applicationsKey, '0', '-1');
    return positions.map(idOfPosition);
  }

  async update(id: string, change: { name?: string; status?: string }): Promise<StoredApplication | undefined> {
    const args = [id, change.name ?? '', change.status ?? ''];
    const answer = await run(this.redis, update, [applicationKey(id)], args);
    return answer === null ? undefined : toApplication(id, fieldsOf(answer));
  }

  /** @returns false when there was none */
  async delete(id: string): Promise<boolean> {
    const keys = [applicationKey(id), applicationsKey, keysOfKey(id)];
    const clear = async (): Promise<number> =>
      Number(await run(this.redis, remove, keys, [id, REVOKED_FOR_MS, CLEAR_AT_ONCE]));
    let left = await clear();
    if (left < 0) return false;
    while (left > 0) left = await clear();
    return true;
  }
}

const toApplication = (id: string, { name, status, created }: Record<string, string>): StoredApplication => ({
  id,
  name: name ?? '',
  status: status === 'inactive' ? 'inactive' : 'active',
  createdAt: Number(created),
});
