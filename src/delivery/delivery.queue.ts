import type { Queue } from 'bullmq';
import type { Logger } from 'pino';
import type { DueEntry } from '../store/delivery.store.js';
import type { Facts } from '../store/facts.js';

/** The braces keep all of the queues' keys on one node of a Redis Cluster. */
export const QUEUE_PREFIX = '{pl:q}';

/** Each account has a queue of its own: a slow vendor's backlog is nobody else's. */
export const queueOf = (account: string): string => `deliver-${account}`;

/** A job says for which verification something is due, and until when that makes sense. Nothing else travels. */
export interface DeliveryJob {
  readonly id: string;
  /** Unix milliseconds: past it the job is dropped. */
  readonly deadline: number;
}

/** What whoever has started a verification knows already, and a worker would have to unseal and make again. */
export interface FirstMessage {
  readonly facts: Facts;
  readonly code: string;
}

/** @returns false when it cannot send now: the queue has to */
type FirstSender = (entry: DueEntry, message: FirstMessage) => boolean;

/** The job of a queue that has waited longest, and since when; undefined where none waits. */
export type OldestJob = { readonly id: string; readonly at: number } | undefined;

/** BullMQ is the pump, never the truth: a job that is lost here is added again by the clock. */
export class DeliveryQueue {
  private sendFirst: FirstSender = () => false;
  private used = new Set<string>();

  /** @param queues by account */
  constructor(
    private readonly queues: ReadonlyMap<string, Queue<DeliveryJob>>,
    private readonly logger: Logger,
  ) {
    // The client is shared and logs its own errors; without a listener BullMQ prints each with its stack.
    for (const queue of queues.values()) queue.on('error', () => undefined);
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
    this.queueFor(entry.account)
      ?.add(name, data, opts)
      .catch((error: unknown) => {
        const fields = { verification_id: entry.id, error: String(error) };
        this.logger.warn(fields, 'job not added; the clock will add it');
      });
  }

  async addAll(entries: readonly DueEntry[]): Promise<void> {
    const accounts = [...new Set(entries.map(({ account }) => account))];
    const add = async (account: string): Promise<void> => {
      await this.queueFor(account)?.addBulk(entries.filter((entry) => entry.account === account).map(toJob));
    };
    await Promise.all(accounts.map(add));
  }

  /** The accounts that this process has given work since it was last asked; one asker only. */
  takeUsed(): string[] {
    const used = [...this.used];
    this.used = new Set();
    return used;
  }

  /** What has waited longest, by account. */
  async oldest(accounts: readonly string[] = [...this.queues.keys()]): Promise<Map<string, OldestJob>> {
    const oldestOf = async (account: string): Promise<[string, OldestJob]> => {
      const [job] = (await this.queues.get(account)?.getJobs(['waiting'], 0, 0, true)) ?? [];
      return [account, job?.id === undefined ? undefined : { id: job.id, at: job.timestamp }];
    };
    return new Map(await Promise.all(accounts.map(oldestOf)));
  }

  /** Asks Redis by the way of a queue. */
  async answers(): Promise<void> {
    await [...this.queues.values()][0]?.getWaitingCount();
  }

  /** What waits for a worker, for each account. */
  backlogs(): Promise<{ account: string; waiting: number; ageMs: number }[]> {
    return Promise.all(
      [...this.queues].map(async ([account, queue]) => {
        const [waiting, [oldest]] = await Promise.all([queue.getWaitingCount(), queue.getWaiting(0, 0)]);
        return { account, waiting, ageMs: oldest ? Math.max(0, Date.now() - oldest.timestamp) : 0 };
      }),
    );
  }

  /** An account that was taken out of the configuration has no queue; any other one's worker finds that out. */
  private queueFor(account: string): Queue<DeliveryJob> | undefined {
    return this.queues.get(account) ?? [...this.queues.values()][0];
  }
}

/** One job for each revision of a verification: however often it is added while it waits, it runs once. */
function toJob({ id, revision, expiresAt }: DueEntry) {
  return {
    name: 'deliver',
    data: { id, deadline: expiresAt },
    opts: { jobId: `${id}-${revision}`, removeOnComplete: true, removeOnFail: true },
  };
}
