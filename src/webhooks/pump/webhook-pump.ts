import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Keyring } from '../../codes/keyring.js';
import { CONFIG, type Config } from '../../config/config.js';
import { Metrics } from '../../shared/metrics.js';
import { KEYRING, LOGGER } from '../../shared/tokens.js';
import { ApplicationStore } from '../../store/application.store.js';
import { EventReader } from '../../store/event-reader.store.js';
import { WebhookQueueStore } from '../../store/webhook-queue.store.js';
import { WebhookStore } from '../../store/webhook.store.js';
import { WEBHOOK_AGENTS, type WebhookAgents } from '../agent.provider.js';
import { DIALECTS, type Dialect } from '../dialect.js';
import type { SendOutcome } from '../send.js';
import { speak } from '../speak.js';
import { ApplicationPump, type PumpParts } from './application-pump.js';

/** After a crash another process sends so much later at most; and no stall of ours that is shorter costs the lease. */
const LEASE_MS = 5_000;
/** How soon a change over the API, or a free application, is seen. */
const HOLD_EVERY_MS = 500;
/** How soon the first webhook of an application that was made over the API is seen: there may be thousands of them. */
const LOOK_FOR_OTHERS_EVERY_MS = 5_000;

/** Holds the applications whose webhooks this process sends. Any number of processes may run: leases keep them apart. */
@Injectable()
export class WebhookPump implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly pumps = new Map<string, ApplicationPump>();
  private readonly parts: PumpParts;
  private timer?: NodeJS.Timeout;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;
  /** By a clock that nobody sets. */
  private lookedAt = -Infinity;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(KEYRING) ring: Keyring,
    @Inject(LOGGER) logger: Logger,
    @Inject(WEBHOOK_AGENTS) agents: WebhookAgents,
    @Inject(DIALECTS) dialects: readonly Dialect[],
    private readonly queue: WebhookQueueStore,
    private readonly applications: ApplicationStore,
    events: EventReader,
    webhooks: WebhookStore,
    private readonly metrics: Metrics,
  ) {
    for (const outcome of ['delivered', 'failed']) metrics.webhooks.inc({ outcome }, 0);
    this.parts = {
      queue,
      events,
      webhooks,
      ring,
      logger,
      send: (application, settings, telling) => speak(agents(application), dialects, settings, telling),
      count: (outcome, attempts, ageMs) => {
        this.count(outcome, attempts, ageMs);
      },
      now: Date.now,
      random: Math.random,
    };
  }

  onApplicationBootstrap(): void {
    this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
    // Without Redis nothing can be written: whoever sends next repeats what was on its way.
    await Promise.allSettled([...this.pumps.values()].map((pump) => pump.stop()));
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.holdAll().finally(() => {
        this.schedule();
      });
    }, HOLD_EVERY_MS);
  }

  /** Those of the file and those that are held, each time; all others now and then. */
  private async holdAll(): Promise<void> {
    const names = new Set([...this.config.applications.keys(), ...this.pumps.keys()]);
    const now = performance.now();
    if (now - this.lookedAt >= LOOK_FOR_OTHERS_EVERY_MS) {
      this.lookedAt = now;
      // Redis that cannot be reached: the next look finds them.
      for (const id of await this.applications.ids().catch(() => [])) names.add(id);
    }
    await Promise.allSettled([...names].map((name) => this.hold(name)));
  }

  /** Redis that cannot be reached changes nothing: what is held is held until somebody else says that he has it. */
  private async hold(application: string): Promise<void> {
    const held = this.pumps.get(application);
    const token = held?.token ?? randomUUID();
    const answer = await this.queue.hold(application, token, held !== undefined, LEASE_MS);
    if (answer.kind === 'held') {
      const pump = held ?? new ApplicationPump(application, token, this.parts);
      pump.see(answer.version);
      if (held) return;
      this.pumps.set(application, pump);
      pump.start();
    } else if (held) {
      held.abandon();
      this.pumps.delete(application);
    }
  }

  private count({ delivered }: SendOutcome, attempts: number, ageMs: number): void {
    this.metrics.webhooks.inc({ outcome: delivered ? 'delivered' : 'failed' });
    if (delivered && attempts === 1) this.metrics.webhookAge.observe(ageMs / 1_000);
  }
}
