import type { Job, Queue } from 'bullmq';
import type { Logger } from 'pino';
import type { RedisClient } from '../shared/redis.js';
import { timeOf, whatAnswers } from '../shared/redis/nodes.js';
import type { DueEntry } from '../store/delivery.store.js';
import type { Facts } from '../store/facts.js';
import { laneOf } from './lanes.js';

/** A job says for which verification something is due. Nothing else travels: what it is, and whether still, the claim says. */
export interface DeliveryJob {
  readonly id: string;
}

/** What whoever has started a verification knows already, and a worker would have to unseal and make again. */
export interface FirstMessage {
  readonly facts: Facts;
  readonly code: string;
}

/** @returns false when it cannot send now: the queue has to */
type FirstSender = (entry: DueEntry, message: FirstMessage) => boolean;

/** The job of a queue that has waited longest, and since when by Redis's time; undefined where none waits. */
export type OldestJob = { readonly id: string; readonly at: number } | undefined;

type Lanes = readonly Queue<DeliveryJob>[];

/** BullMQ is the pump, never the truth: a job that is lost here is added again by the clock. */
export class DeliveryQueue {
  private sendFirst: FirstSender = () => false;
  private used = new Set<string>();

  /** @param queues by account */
  constructor(
    private readonly queues: ReadonlyMap<string, Lanes>,
    private readonly redis: RedisClient,
    private readonly logger: Logger,
  ) {
    // The client is shared and logs its own errors; without a listener BullMQ prints each with its stack.
    for (const queue of [...queues.values()].flat()) queue.on('error', () => undefined);
  }

  /** Where this process sends too, the first messages of its own starts need no queue (docs/decisions/0013). */
  onFirst(send: FirstSender): void {
    this.sendFirst = send;
  }

  /** The first message of a new verification: sent by this process if it can, else a job. Waits for neither. */
  begin(entry: DueEntry, message: FirstMessage): void {
    this.used.add(entry.account);
    if (!this.sendFirst(entry, message)) this.add(entry);
  }

  /** Adds without waiting: the caller's answer does not depend on it. */
  add(entry: DueEntry): void {
    this.used.add(entry.account);
    const { name, data, opts } = toJob(entry);
    const lanes = this.lanesFor(entry.account);
    onLane(lanes, laneOf(entry.id, lanes.length), (queue) => queue.add(name, data, opts)).catch((error: unknown) => {
      const fields = { verification_id: entry.id, error: String(error) };
      this.logger.warn(fields, 'job not added; the clock will add it');
    });
  }

  async addAll(entries: readonly DueEntry[]): Promise<void> {
    const batches = new Map<Queue | undefined, { lanes: Lanes; lane: number; jobs: ReturnType<typeof toJob>[] }>();
    for (const entry of entries) {
      const lanes = this.lanesFor(entry.account);
      const lane = laneOf(entry.id, lanes.length);
      const batch = batches.get(lanes[lane]);
      if (batch) batch.jobs.push(toJob(entry));
      else batches.set(lanes[lane], { lanes, lane, jobs: [toJob(entry)] });
    }
    const all = [...batches.values()];
    await Promise.all(all.map(({ lanes, lane, jobs }) => onLane(lanes, lane, (queue) => queue.addBulk(jobs))));
  }

  /** The accounts that this process has given work since it was last asked; one asker only. */
  takeUsed(): string[] {
    const used = [...this.used];
    this.used = new Set();
    return used;
  }

  /**
   * What has waited longest, by account, as far as it is known.
   * @throws when nothing is
   */
  async oldest(accounts?: readonly string[]): Promise<Map<string, OldestJob>> {
    const known = await this.askLanes((queue) => queue.getJobs(['waiting'], 0, 0, true), accounts);
    const oldestOf = (firsts: Job[][]): OldestJob => {
      const [job] = firsts.flat().sort((a, b) => a.timestamp - b.timestamp);
      return job?.id === undefined ? undefined : { id: job.id, at: job.timestamp };
    };
    return new Map([...known].map(([account, firsts]) => [account, oldestOf(firsts)]));
  }

  /** Redis's time: whoever has added a job, and whoever asks, may have clocks that differ. */
  now(): Promise<number> {
    return timeOf(this.redis);
  }

  /** Asks Redis by the way of a queue. */
  async answers(): Promise<void> {
    const [lanes] = this.queues.values();
    if (lanes) await Promise.any(lanes.map((queue) => queue.getWaitingCount()));
  }

  /** What waits for a worker, for each account of which it is known. */
  async backlogs(): Promise<{ account: string; waiting: number; ageMs: number }[]> {
    const now = await this.now();
    const known = await this.askLanes((queue) => Promise.all([queue.getWaitingCount(), queue.getWaiting(0, 0)]));
    return [...known].map(([account, lanes]) => {
      const waiting = lanes.reduce((sum, [count]) => sum + count, 0);
      const ages = lanes.flatMap(([, firsts]) => firsts).map(({ timestamp }) => now - timestamp);
      return { account, waiting, ageMs: Math.max(0, ...ages) };
    });
  }

  /**
   * What the lanes say whose node answers, by account: one that is away must not hide what waits on the others. An account
   * of which nothing is known is left out.
   * @throws when no lane answers
   */
  private async askLanes<T>(
    ask: (queue: Queue<DeliveryJob>) => Promise<T>,
    accounts: readonly string[] = [...this.queues.keys()],
  ): Promise<Map<string, T[]>> {
    const asked = accounts.flatMap((account) =>
      (this.queues.get(account) ?? []).map(async (queue) => ({ account, answer: await ask(queue) })),
    );
    const known = new Map<string, T[]>();
    for (const { account, answer } of await whatAnswers(asked)) {
      known.set(account, [...(known.get(account) ?? []), answer]);
    }
    return known;
  }

  /** An account that was taken out of the configuration has no queue; any other one's worker finds that out. */
  private lanesFor(account: string): Lanes {
    return this.queues.get(account) ?? [...this.queues.values()][0] ?? [];
  }
}

/** If the lane's node is away, another one does: every job can be done by whoever gets it. */
async function onLane(lanes: Lanes, lane: number, add: (queue: Queue<DeliveryJob>) => Promise<unknown>): Promise<void> {
  try {
    if (lanes[lane]) await add(lanes[lane]);
  } catch (error) {
    const other = lanes[(lane + Math.ceil(lanes.length / 2)) % lanes.length];
    if (!other || other === lanes[lane]) throw error;
    await add(other);
  }
}

/** One job for each revision of a verification: however often it is added while it waits, it runs once. */
function toJob({ id, revision, at }: DueEntry) {
  return {
    name: 'deliver',
    data: { id },
    opts: { jobId: `${id}-${revision}`, timestamp: at, removeOnComplete: true, removeOnFail: true },
  };
}
