import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Keyring } from '../../codes/keyring.js';
import { timeOfEntry } from '../../store/event-entry.js';
import type { EventReader } from '../../store/event-reader.store.js';
import type { WebhookQueueStore } from '../../store/webhook-queue.store.js';
import type { StoredWebhook, WebhookStore } from '../../store/webhook.store.js';
import { NOT_LOOKED_UP } from '../guard/resolver.js';
import type { SendOutcome } from '../send.js';
import { openSettings, resealed, type WebhookSettings } from '../settings.js';
import type { Telling } from '../speak.js';
import { Lane } from './lane.js';
import { pausedEvent } from './paused-event.js';
import { StreamEvent } from './stream-event.js';
import type { Item } from './subject-queues.js';

/** Entries of the stream in one look: bounds what one answer of Redis is long. */
const PAGE = 200;
/** Half of this is the mean lateness of a webhook. */
const LOOK_EVERY_MS = 100;

export interface PumpParts {
  readonly queue: WebhookQueueStore;
  readonly events: EventReader;
  readonly ring: Keyring;
  readonly logger: Logger;
  readonly webhooks: WebhookStore;
  /** Posts an event. @returns undefined when it is none for this webhook. @throws when Redis cannot be reached */
  readonly send: (application: string, settings: WebhookSettings, telling: Telling) => Promise<SendOutcome | undefined>;
  readonly count: (outcome: SendOutcome, attempts: number, ageMs: number) => void;
  /** Unix ms. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/**
 * Sends all webhooks of one application, as long as this process holds its lease. One for an application and not for a
 * webhook: then the stream is read once for all of them, and not once for each.
 */
export class ApplicationPump {
  private readonly lanes = new Map<string, Lane>();
  private readonly sending = new Set<Promise<void>>();
  private version?: string;
  private loaded?: string;
  private ended = false;
  private running: Promise<void> = Promise.resolve();
  private failing = false;

  constructor(
    private readonly application: string,
    /** Of the lease: what is written without it counts no longer. */
    readonly token: string,
    private readonly parts: PumpParts,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Takes note of the version of the webhooks: another one than before has changes to be loaded. */
  see(version: string): void {
    this.version = version;
  }

  /** The lease is lost: somebody else sends, and what is still on its way here is for nobody. */
  abandon(): void {
    this.ended = true;
  }

  /** Waits for what is on its way, writes what became of it and gives the lease back. */
  async stop(): Promise<void> {
    this.ended = true;
    await this.running;
    await this.settled();
    await this.commit();
    await this.parts.queue.release(this.application, this.token);
  }

  /** Everything on its way has been answered. */
  async settled(): Promise<void> {
    while (this.sending.size > 0) await Promise.all(this.sending);
  }

  /** One look. @returns whether there is more to be read at once */
  async tick(): Promise<boolean> {
    await this.commit();
    if (this.version !== this.loaded) await this.load();
    const more = await this.read();
    for (const lane of this.lanes.values()) this.send(lane);
    return more;
  }

  private async run(): Promise<void> {
    while (!this.ended) {
      let more = false;
      try {
        more = await this.tick();
        this.failing = false;
      } catch (error) {
        if (!this.failing) this.parts.logger.warn({ error: (error as Error).message }, 'webhooks cannot reach Redis');
        this.failing = true;
      }
      if (!more) await sleep(LOOK_EVERY_MS);
    }
  }

  private async commit(): Promise<void> {
    const now = this.parts.now();
    await Promise.all(
      [...this.lanes].map(async ([id, lane]) => {
        const change = lane.change(now);
        if (!change) return;
        const answer = await this.parts.queue.commit(this.application, id, this.token, change);
        if (answer === 'lost') this.abandon();
        else if (answer === 'gone') this.lanes.delete(id);
        else lane.committed();
      }),
    );
  }

  private async load(): Promise<void> {
    const version = this.version;
    const all = await this.parts.queue.load(this.application);
    for (const { webhook, waiting } of all) {
      const settings = openSettings(this.parts.ring, this.application, webhook.id, webhook.settings);
      const lane = this.lanes.get(webhook.id);
      if (!settings) this.parts.logger.warn({ webhook: webhook.id }, 'the secret that sealed a webhook was retired');
      else if (lane) lane.update(webhook, settings, waiting);
      else this.lanes.set(webhook.id, new Lane(webhook, settings, waiting, this.parts.random));
      if (settings) await this.reseal(webhook, settings);
    }
    for (const id of this.lanes.keys()) if (!all.some(({ webhook }) => webhook.id === id)) this.lanes.delete(id);
    this.loaded = version;
  }

  /** Webhooks outlive secrets: what an older one has sealed is sealed anew, before that one is taken away. */
  private async reseal(webhook: StoredWebhook, settings: WebhookSettings): Promise<void> {
    const { ring, webhooks } = this.parts;
    const sealed = resealed(ring, this.application, webhook, settings);
    if (sealed !== undefined) await webhooks.save(this.application, webhook.id, sealed, webhook);
  }

  /** Lanes that have come equally far share a look at the stream; as a rule, those are all that keep up. */
  private async read(): Promise<boolean> {
    const places = new Map<string, Lane[]>();
    for (const lane of this.lanes.values()) {
      if (lane.wantsMore) places.set(lane.place, [...(places.get(lane.place) ?? []), lane]);
    }
    if (places.size === 0) return false;
    const pages = await this.parts.events.after(this.application, [...places.keys()], PAGE);
    let more = false;
    for (const [i, lanes] of [...places.values()].entries()) {
      const page = (pages[i] ?? []).map((entry) => new StreamEvent(entry));
      for (const lane of lanes) {
        for (const event of page) if (lane.wantsMore) lane.take(event);
        more ||= page.length === PAGE && lane.wantsMore;
      }
    }
    return more;
  }

  private send(lane: Lane): void {
    // A webhook that was deleted has no lane any more, but may have events on their way.
    if (this.ended || this.lanes.get(lane.webhook.id) !== lane) return;
    for (const item of lane.due(this.parts.now())) {
      const work = this.deliver(lane, item).finally(() => this.sending.delete(work));
      this.sending.add(work);
    }
  }

  private async deliver(lane: Lane, item: Item): Promise<void> {
    let outcome: SendOutcome | undefined;
    try {
      item.event ??= await this.recall(item);
      const telling = item.event && { ...item.event, webhook: lane.webhook.id };
      outcome = telling && (await this.parts.send(this.application, lane.settings, telling));
    } catch {
      // Redis is away: the next look that reaches it sends this.
      lane.unsent(item);
      return;
    }
    if (outcome?.error === NOT_LOOKED_UP) {
      lane.unsent(item);
      return;
    }
    if (outcome) {
      const now = this.parts.now();
      const { id, pauses } = lane.webhook;
      const paused = lane.sent(item, outcome, now, () => pausedEvent(this.application, id, pauses + 1, now));
      this.parts.count(outcome, item.attempts, now - timeOfEntry(item.entry));
      if (paused) this.parts.logger.warn({ webhook: id, application: this.application }, 'webhook paused');
    } else lane.gone(item);
    this.send(lane);
  }

  private async recall({ entry }: Item): Promise<Item['event']> {
    const [found] = await this.parts.events.entries(this.application, [entry]);
    const about = found && new StreamEvent(found).about;
    return about && { id: about.id, type: found.type, body: found.body, named: found.only !== undefined };
  }
}
