import type { Logger } from 'pino';
import { makeKeyring } from '../../src/codes/keyring.js';
import type { Config } from '../../src/config/config.js';
import { Guard } from '../../src/guard/guard.js';
import { GuardBook } from '../../src/guard/guard-book.js';
import { GuardSettingsBook } from '../../src/guard/guard-settings.js';
import type { GuardSettings } from '../../src/guard/policy.js';
import { recipientRef } from '../../src/recipients/lookup.js';
import { parseRecipient } from '../../src/recipients/recipient.js';
import { Metrics } from '../../src/shared/metrics.js';
import { Problem } from '../../src/shared/problem.js';
import { GuardStore } from '../../src/store/guard.store.js';
import { newVerificationId } from '../../src/store/keys.js';
import type { ClockedRedis } from '../support/clocked-redis.js';
import { DAYS_BEFORE } from './generate.mjs';

/** One line of a traffic. Times in milliseconds. */
export interface Line {
  readonly t: number;
  readonly to: string;
  readonly ip: string;
  readonly verified_after?: number;
  readonly honest: boolean;
}

/** What became of it; `rule` where it was refused, or would have been. */
export interface Fate {
  readonly line: Line;
  readonly rule?: string;
  readonly sent: boolean;
}

/** Sends of one slice are asked for at once, and approvals come at its end at the latest: so no replay takes minutes. */
const sliceAt = (t: number): number => (t < DAYS_BEFORE ? 600_000 : 10_000);

const keyring = makeKeyring([Buffer.alloc(32, 5)]);
const logger = { info: () => undefined } as unknown as Logger;

/** An application's guard alone, under the replay's clock. */
export class Replay {
  readonly store: GuardStore;
  private readonly guard: Guard;
  private readonly start: number;

  constructor(
    private readonly redis: ClockedRedis,
    private readonly application: string,
    settings: GuardSettings = {},
  ) {
    this.start = redis.now;
    this.store = new GuardStore(redis.client);
    const config = { applications: new Map([[application, { guard: settings }]]) } as unknown as Config;
    const book = new GuardBook(config, new GuardSettingsBook());
    this.guard = new Guard(keyring, logger, new Metrics(), book, this.store);
  }

  /** @param lines in order; those that are sent are approved when they say so */
  async run(lines: readonly Line[]): Promise<Fate[]> {
    const fates: Fate[] = [];
    const approvals: { at: number; mark: string }[] = [];
    for (let i = 0; i < lines.length;) {
      const from = (lines[i] as Line).t;
      const slice: Promise<Fate>[] = [];
      const approved = this.approve(approvals, from);
      for (; i < lines.length && (lines[i] as Line).t < from + sliceAt(from); i++)
        slice.push(this.send(lines[i] as Line, approvals));
      fates.push(...(await Promise.all(slice)));
      await approved;
    }
    return fates;
  }

  private async send(line: Line, approvals: { at: number; mark: string }[]): Promise<Fate> {
    this.redis.now = this.start + line.t;
    const { application } = this;
    const recipient = parseRecipient(line.to);
    const ref = recipientRef(keyring.lookup, application, recipient.address);
    const id = newVerificationId(ref.shard);
    try {
      const send = { application, mode: 'live', recipient, ref, channels: ['sms'], clientIp: line.ip, id } as const;
      const { monitored, mark } = await this.guard.admit(send);
      if (mark !== undefined && line.verified_after !== undefined) {
        approvals.push({ at: line.t + line.verified_after, mark });
      }
      return { line, rule: monitored[0]?.rule, sent: true };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { line, rule: error.extra.limit, sent: false };
    }
  }

  /** Tells the guard of what was typed until now, as the event relay does. */
  private async approve(approvals: { at: number; mark: string }[], until: number): Promise<void> {
    approvals.sort((a, b) => a.at - b.at);
    const due = approvals.findIndex(({ at }) => at > until);
    const told = approvals.splice(0, due < 0 ? approvals.length : due);
    this.redis.now = this.start + until;
    if (told.length > 0)
      await this.store.convert(
        this.application,
        told.map(({ mark }) => mark),
      );
  }
}
