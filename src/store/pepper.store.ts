import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Keyring } from '../codes/keyring.js';
import { open, seal } from '../codes/seal.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { KEYRING } from '../shared/tokens.js';
import { pepperKey } from './access-keys.js';
import { fieldsOf } from './hashes.js';
import { loadScript, run } from './script.js';

const PURPOSE = 'pepper';
/** For the log. */
export const PEPPER_LOST = 'PASSLANE_SECRET: keys made over the API need the secret that was there before';
const read = loadScript('pepper');

/**
 * The key that tokens are hashed with. Random, and kept sealed under each secret: hashes made with a secret itself would
 * end with it, and a key that is used once a month would not outlive a rotation.
 */
@Injectable()
export class PepperStore {
  constructor(
    @Inject(REDIS) private readonly redis: RedisClient,
    @Inject(KEYRING) private readonly keyring: Keyring,
  ) {}

  /** @returns undefined when it was sealed under secrets that we do not have. */
  async get(): Promise<Buffer | undefined> {
    const candidate = randomBytes(32).toString('base64');
    const { current, all } = this.keyring;
    const sealed = fieldsOf(
      await run(this.redis, read, [pepperKey], [current.id, seal(this.keyring, PURPOSE, candidate)]),
    );
    const pepper = Object.values(sealed)
      .map((text) => open(this.keyring, PURPOSE, text))
      .find((text) => text !== undefined);
    if (pepper === undefined) return undefined;
    // Each process writes the same for a secret, so that whoever has only that one can read it.
    for (const keys of all.filter(({ id }) => sealed[id] === undefined)) {
      await this.redis.hsetnx(pepperKey, keys.id, seal({ ...this.keyring, current: keys }, PURPOSE, pepper));
    }
    return Buffer.from(pepper, 'base64');
  }
}
