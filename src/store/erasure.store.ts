import { Inject, Injectable } from '@nestjs/common';
import type { RecipientRef } from '../recipients/lookup.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { byNumberKey, byReferenceKey, byTimeKey } from './keys.js';
import { loadScript, run } from './script.js';

const scripts = { find: loadScript('erase_find'), erase: loadScript('erase') };

/** What stands in Redis of one verification, as far as erasing it needs to know. */
export interface Erasable {
  readonly id: string;
  /** `live` until this call has canceled it; of one that is `gone` only the index knew. */
  readonly was: 'live' | 'over' | 'gone';
  /** Sealed; empty when their time has passed. */
  readonly facts: string;
  readonly messages: readonly { readonly account: string; readonly messageId: string }[];
}

/** Removes what there is of a recipient, all on its shard: each method is one script. */
@Injectable()
export class ErasureStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  /** The oldest of its verifications. From now on nothing is sent for them any more. */
  async find(recipient: RecipientRef, most: number): Promise<Erasable[]> {
    const found = await run(this.redis, scripts.find, [byNumberKey(recipient)], [most]);
    return (found as [string, Erasable['was'], string, string[]][]).map(([id, was, facts, flat]) => ({
      id,
      was,
      facts,
      messages: flat.flatMap((account, i) => (i % 2 === 0 ? [{ account, messageId: flat[i + 1] ?? '' }] : [])),
    }));
  }

  /** @param references keyed hashes under which they can be found */
  async erase(recipient: RecipientRef, application: string, ids: readonly string[], references: readonly string[]) {
    const { shard } = recipient;
    const keys = [byNumberKey(recipient), byTimeKey(shard, application)];
    keys.push(...references.map((hash) => byReferenceKey(shard, hash)));
    await run(this.redis, scripts.erase, keys, [...ids]);
  }
}
