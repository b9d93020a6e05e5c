import type { Keyring } from '../../codes/keyring.js';
import { open, seal } from '../../codes/seal.js';
import { recipientRef } from '../../recipients/lookup.js';
import type { RedisClient } from '../../shared/redis.js';
import type { OutgoingMessage } from '../contract.js';

/** Messages are for looking at right after a test; nobody reads yesterday's. */
const KEEP_SECONDS = 3_600;
const KEEP_PER_RECIPIENT = 50;
const PURPOSE = 'sandbox';

/** A message as the person would see it. */
export interface InboxMessage {
  readonly to: string;
  readonly from?: string;
  readonly channel: string;
  readonly text: string;
  readonly code: string;
  readonly attempt_id: string;
  readonly verification_id: string;
  /** When it arrives: RFC 3339; may lie ahead. */
  readonly at: string;
}

/** The phone of the sandbox, in Redis so that every process sees it. Sealed: even test codes are not kept in clear. */
export class SandboxInbox {
  constructor(
    private readonly redis: RedisClient,
    private readonly keyring: Keyring,
  ) {}

  async put(message: OutgoingMessage, at: Date): Promise<void> {
    const entry: InboxMessage = {
      to: message.to,
      from: message.from,
      channel: message.channel,
      text: message.text,
      code: message.code,
      attempt_id: message.attemptId,
      verification_id: message.verificationId,
      at: at.toISOString(),
    };
    const key = keyOf(this.keyring.lookup, message.application, message.to);
    await this.redis
      .multi()
      .lpush(key, seal(this.keyring, PURPOSE, JSON.stringify(entry)))
      .ltrim(key, 0, KEEP_PER_RECIPIENT - 1)
      .expire(key, KEEP_SECONDS)
      .exec();
  }

  /** What has arrived by `now`, newest first. */
  async list(application: string, to: string, now: Date): Promise<InboxMessage[]> {
    const sealed = await Promise.all(this.keys(application, to).map((key) => this.redis.lrange(key, 0, -1)));
    return sealed
      .flat()
      .map((entry) => open(this.keyring, PURPOSE, entry))
      .filter((json) => json !== undefined)
      .map((json) => JSON.parse(json) as InboxMessage)
      .filter((message) => message.at <= now.toISOString())
      .sort((a, b) => b.at.localeCompare(a.at));
  }

  /** @returns how many there were, arrived or not */
  async clear(application: string, to: string): Promise<number> {
    let cleared = 0;
    for (const key of this.keys(application, to)) {
      const [[, count] = []] = (await this.redis.multi().llen(key).del(key).exec()) ?? [];
      cleared += Number(count);
    }
    return cleared;
  }

  /** While `PASSLANE_SECRET` rotates, other processes may still put messages elsewhere. */
  private keys(application: string, to: string): string[] {
    return this.keyring.lookups.map((lookup) => keyOf(lookup, application, to));
  }
}

function keyOf(lookup: Buffer, application: string, to: string): string {
  const { shard, hash } = recipientRef(lookup, application, to);
  return `pl:{${shard}}:inbox:${hash}`;
}
