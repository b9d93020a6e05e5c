import type { Logger } from 'pino';
import type { Redis } from 'ioredis';
import { makeKeyring } from '../../src/codes/keyring.js';
import type { Config } from '../../src/config/config.js';
import { Guard } from '../../src/guard/guard.js';
import { GuardBook } from '../../src/guard/guard-book.js';
import type { GuardSettingsBook } from '../../src/guard/guard-settings.js';
import type { GuardSettings } from '../../src/guard/policy.js';
import type { Admission, Send } from '../../src/guard/send.js';
import { recipientRef } from '../../src/recipients/lookup.js';
import { parseRecipient } from '../../src/recipients/recipient.js';
import { Metrics } from '../../src/shared/metrics.js';
import { Problem } from '../../src/shared/problem.js';
import { GuardStore } from '../../src/store/guard.store.js';
import { newVerificationId } from '../../src/store/keys.js';

/** What the guard's scripts are called. */
export const GUARD_SCRIPTS = ['admit', 'convert', 'release', 'list_blocks', 'lift_block', 'tell_blocked'];

const keyring = makeKeyring([Buffer.alloc(32, 5)]);
const logger = { info: () => undefined } as unknown as Logger;

const nothing: GuardSettings = {};
const nothingSaid = { settingsOf: () => nothing } as unknown as GuardSettingsBook;

/** An application's guard alone, without a service around it. */
export class GuardBench {
  readonly store: GuardStore;
  readonly guard: Guard;
  readonly metrics = new Metrics();
  private approvals = 0;

  constructor(
    redis: Redis,
    private readonly application: string,
    settings: GuardSettings = {},
  ) {
    this.store = new GuardStore(redis);
    const config = { applications: new Map([[application, { guard: settings }]]) } as unknown as Config;
    const book = new GuardBook(config, nothingSaid);
    this.guard = new Guard(keyring, logger, this.metrics, book, this.store);
  }

  send(to: string, more: Partial<Send> = {}): Send {
    const { application } = this;
    const recipient = parseRecipient(to);
    const ref = recipientRef(keyring.lookup, application, recipient.address);
    return { application, mode: 'live', recipient, ref, channels: ['sms'], id: newVerificationId(ref.shard), ...more };
  }

  /** @returns the problem where it is refused */
  async ask(to: string, more: Partial<Send> = {}): Promise<Admission | Problem> {
    try {
      return await this.guard.admit(this.send(to, more));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return error;
    }
  }

  /** Asks until it is refused. @returns how often it was not, and the refusal */
  async askUntilRefused(
    to: (i: number) => string,
    more: (i: number) => Partial<Send> = () => ({}),
  ): Promise<{ sent: number; problem: Problem }> {
    for (let sent = 0; sent < 1_000; sent++) {
      const answer = await this.ask(to(sent), more(sent));
      if (answer instanceof Problem) return { sent, problem: answer };
    }
    throw new Error('nothing was refused');
  }

  async approve(...admissions: (Admission | Problem)[]): Promise<void> {
    const marks = admissions.map((one) => {
      if (one instanceof Problem || one.mark === undefined) throw new Error('there is nothing to approve');
      return one.mark;
    });
    await this.convert(marks);
  }

  /** As the relay counts them. */
  convert(marks: readonly string[]): Promise<void> {
    const approvals = marks.map((mark) => ({ shard: 'a7', entryId: `1-${++this.approvals}`, mark }));
    return this.store.convert(this.application, approvals);
  }

  /** As after a good while: a hundred people in as many prefixes have signed in. */
  async grownUp(): Promise<this> {
    await this.approve(...(await Promise.all(Array.from({ length: 100 }, (_, i) => this.ask(known(i))))));
    return this;
  }
}

/** A number whose prefix has had an approval in an application that is grown up. */
export const known = (i: number): string => `+1415${String(2_000_000 + i * 10_000)}`;
