import { randomBytes, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { Agent } from 'undici';
import { makeKeyring } from '../../src/codes/keyring.js';
import { EventReader } from '../../src/store/event-reader.store.js';
import { WebhookHistoryStore } from '../../src/store/webhook-history.store.js';
import { WebhookQueueStore } from '../../src/store/webhook-queue.store.js';
import { WebhookStore, type StoredWebhook } from '../../src/store/webhook.store.js';
import { makeGuard } from '../../src/webhooks/guard/address.js';
import { makeGuardedAgent } from '../../src/webhooks/guard/agent.js';
import { processResolverOf } from '../../src/webhooks/guard/resolver.js';
import { ApplicationPump } from '../../src/webhooks/pump/application-pump.js';
import { send } from '../../src/webhooks/send.js';
import { sealSettings, type WebhookSettings } from '../../src/webhooks/settings.js';
import { newSigningKey } from '../../src/webhooks/signing/signing-key.js';
import type { TestRedis } from './redis.js';

const APPLICATION = 'shop';
const LEASE_MS = 60_000;
/** No attempt fails because the machine is slow. */
const PATIENCE_MS = 60_000;

/** The real pump on a real Redis and real sockets, under a clock that the test moves. */
export class PumpBench {
  readonly webhooks: WebhookStore;
  readonly queue: WebhookQueueStore;
  readonly history: WebhookHistoryStore;
  private readonly events: EventReader;
  private readonly agent: Agent;
  private moved = 0;
  private sends = 0;

  /**
   * @param ring keys of the processes, which seal what Redis holds
   * @param resolve looks up the names of receivers
   */
  constructor(
    private readonly redis: TestRedis,
    private readonly ring = makeKeyring([randomBytes(32)]),
    resolve = processResolverOf(APPLICATION),
  ) {
    this.agent = makeGuardedAgent(makeGuard({ allow: ['127.0.0.1'], allowHttp: true }), resolve);
    this.webhooks = new WebhookStore(redis.client);
    this.queue = new WebhookQueueStore(redis.client);
    this.history = new WebhookHistoryStore(redis.client);
    this.events = new EventReader(redis.client);
  }

  now(): number {
    return Date.now() + this.moved;
  }

  /** So much time passes. */
  pass(ms: number): void {
    this.moved += ms;
  }

  async webhook(url: string, more: Partial<WebhookSettings> = {}): Promise<string> {
    const id = `wh_${randomUUID().replaceAll('-', '')}`;
    const key = newSigningKey('hmac');
    const created_at = new Date().toISOString();
    const settings = { url, events: ['*'], challenge: false, created_at, key, ...more };
    await this.webhooks.save(APPLICATION, id, sealSettings(this.ring, APPLICATION, id, settings), undefined, 'active');
    return id;
  }

  async stored(id: string): Promise<StoredWebhook> {
    return (await this.webhooks.find(APPLICATION, id))!;
  }

  /** A process that takes the lease; undefined while another has it. */
  async pump(): Promise<ApplicationPump | undefined> {
    const token = randomUUID();
    const hold = await this.queue.hold(APPLICATION, token, false, LEASE_MS);
    if (hold.kind !== 'held') return undefined;
    const pump = new ApplicationPump(APPLICATION, token, {
      queue: this.queue,
      events: this.events,
      webhooks: this.webhooks,
      ring: this.ring,
      logger: pino({ level: 'silent' }),
      send: (_, settings, { id, body }) => {
        this.sends++;
        return send(this.agent, settings, id, body, PATIENCE_MS);
      },
      count: () => undefined,
      now: () => this.now(),
      random: () => 0.5,
    });
    pump.see(hold.version);
    return pump;
  }

  /** Its process dies, or seems to: the lease has run out. */
  async crash(pump: ApplicationPump): Promise<void> {
    pump.abandon();
    await this.redis.client.del(`pl:{ev:${APPLICATION}}:wk`);
  }

  /** One look, which sees what was changed over the API. */
  async look(pump: ApplicationPump): Promise<void> {
    await this.renew(pump);
    await pump.tick();
  }

  /** Looks until there is nothing left to do now, and everything is written. */
  async run(pump: ApplicationPump): Promise<void> {
    await this.renew(pump);
    let rounds = 0;
    for (let idle = 0; idle < 2; rounds++) {
      if (rounds > 1_000) throw new Error('there is always something left to do');
      const before = this.sends;
      const more = await pump.tick();
      await pump.settled();
      idle = more || this.sends > before ? 0 : idle + 1;
    }
  }

  private async renew(pump: ApplicationPump): Promise<void> {
    const hold = await this.queue.hold(APPLICATION, pump.token, true, LEASE_MS);
    if (hold.kind === 'held') pump.see(hold.version);
  }

  async replay(id: string, entries: readonly { entry: string; subject: string }[]): Promise<number> {
    return (await this.history.requeue(APPLICATION, id, entries, 5_000)).queued;
  }

  deadLetters(id: string) {
    return this.history.deadLetters(APPLICATION, id, 0, 100);
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }
}
