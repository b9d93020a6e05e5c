import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Profile } from '../config/config.js';
import { REDIS } from '../shared/redis.js';
import { loadScript, run } from './script.js';

/** Far more than an application has logins; a bound, because all of them are read at a time. */
const MOST_PROFILES = 500;

const save = loadScript('save_profile');

/** A profile as it was read: the next save refers to it. */
export interface StoredProfile {
  readonly profile: Profile;
  readonly json: string;
}

/** Settings that people make over the API. They have no TTL: they live until somebody deletes them. */
@Injectable()
export class ProfileStore {
  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  async list(application: string): Promise<Profile[]> {
    const fields = await this.redis.hgetall(keyOf(application));
    return Object.entries(fields)
      .filter(([field]) => !field.startsWith('name:'))
      .map(([, json]) => JSON.parse(json) as Profile)
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  async find(application: string, id: string): Promise<StoredProfile | undefined> {
    const json = id.startsWith('name:') ? null : await this.redis.hget(keyOf(application), id);
    return json === null ? undefined : { profile: JSON.parse(json) as Profile, json };
  }

  /** @param read what the change was made from; undefined for a new profile */
  async save(profile: Profile, read?: StoredProfile): Promise<'saved' | 'taken' | 'changed' | 'full'> {
    const { application, id, name } = profile;
    const before = [read?.json ?? '', read?.profile.name ?? ''];
    const args = [id, name, JSON.stringify(profile), ...before, MOST_PROFILES];
    return (await run(this.redis, save, [keyOf(application)], args)) as 'saved' | 'taken' | 'changed' | 'full';
  }

  /** With the application. */
  async deleteAll(application: string): Promise<void> {
    await this.redis.unlink(keyOf(application));
  }

  /** @returns false when there was none */
  async delete({ application, id, name }: Profile): Promise<boolean> {
    return (await this.redis.hdel(keyOf(application), id, `name:${name}`)) > 0;
  }
}

const keyOf = (application: string): string => `pl:{pf:${application}}:profiles`;
