import { describe, expect, it } from '@jest/globals';
import { CHANNELS } from '../../providers/contract.js';
import type { FailureKind } from '../../providers/errors.js';
import type { Attempt, Delivery } from '../../store/record.js';
import { callGap, decide, firstStep, type Decision, type Event, type Situation } from './policy.js';

/**
 * Whole histories of one verification, made at random: plans, vendors' answers, receipts, callers who ask, and time.
 * What the policy decides is followed here as the store would, and checked on every step of the way.
 */
const HISTORIES = 3_000;
const KINDS: FailureKind[] = ['unreachable', 'throttled', 'bad_recipient', 'rejected', 'maybe_sent', 'unknown'];
const RECEIPTS = ['sent', 'delivered', 'read', 'failed'] as const;
const MINUTE = 60_000;
/** Of what callers may ask for, and as many again by itself. */
const MOST = 20;

/** Small and seeded (mulberry32): a failing history can be run again. */
function generator(seed: number) {
  let state = seed;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(random() * limit);
  return { random, below, pick: <T>(options: readonly T[]): T => options[below(options.length)] as T };
}

type Random = ReturnType<typeof generator>;
type Scheduled = { step: number; account: string; at: number; asked: boolean; wanted?: Attempt['wanted'] };

/** Far cheaper than `expect`, which would run a million times. */
function must(what: string, holds: boolean): void {
  if (!holds) throw new Error(`the policy must ${what}`);
}

class History {
  now = 1_000_000;
  delivery: Delivery = 'queued';
  confirmed = false;
  failed = false;
  round = 1;
  sends = 1;
  retries = 0;
  next?: Scheduled = { step: 0, account: '', at: this.now, asked: true };
  readonly attempts: Attempt[] = [];
  readonly steps: Situation['steps'];
  readonly accounts: number;

  constructor(private readonly random: Random) {
    const { below, pick } = random;
    this.accounts = 1 + below(3);
    this.steps = Array.from({ length: 1 + below(5) }, () => {
      const channel = random.random() < 0.3 ? 'voice' : pick(CHANNELS);
      return {
        channel,
        wait: channel === 'voice' ? 60 + below(60) : 5 + below(60),
        confirm_on: pick(['sent', 'delivered', 'delivered', 'read'] as const),
      };
    });
  }

  get situation(): Situation {
    const { steps, attempts, sends, round, confirmed, delivery, next, now, accounts } = this;
    const route = () => Array.from({ length: accounts }, (_, i) => `account-${i}`);
    return { steps, route, attempts, sends, round, confirmed, delivery, next, now };
  }

  /** The next thing that happens. */
  move(): void {
    const { random, pick, below } = this.random;
    if (this.next && random() < 0.5) {
      this.due(this.next);
      return;
    }
    const soonest = this.next?.at ?? Infinity;
    this.now = Math.min(this.now + below(20_000), Math.max(soonest, this.now));
    if (this.attempts.length > 0 && random() < 0.8) this.receive(pick(this.attempts), pick(RECEIPTS));
    else if (random() < 0.5) this.follow({ kind: 'asked' }, (delayMs) => delayMs === 0);
    else this.startAgain();
  }

  /** As the store does: a new round from the first step, if another send is allowed. */
  private startAgain(): void {
    if (this.sends >= MOST) return;
    this.sends++;
    this.round++;
    this.confirmed = false;
    this.delivery = 'queued';
    const delayMs = callGap(this.attempts, this.now);
    this.next = {
      step: firstStep(this.steps, this.attempts),
      account: 'account-0',
      at: this.now + delayMs,
      asked: true,
    };
  }

  /** What is scheduled is sent, and the vendor answers. */
  due(due: Scheduled): void {
    this.now = Math.max(this.now, due.at);
    const step = this.steps[due.step]!;
    this.checkCalls();
    if (this.confirmed) must('send nothing after confirmation unless asked', due.asked);
    this.next = undefined;
    if (!due.asked) this.retries++;
    const n = this.attempts.length + 1;
    const attempt: Attempt = {
      n,
      step: due.step,
      round: this.round,
      channel: step.channel,
      account: due.account,
      wanted: due.wanted,
      status: 'sending',
      queuedAt: due.at,
    };
    this.attempts.push(attempt);
    const failure = this.random.random() < 0.5 ? this.random.pick(KINDS) : undefined;
    const event: Event = failure ? { kind: 'refused', attempt: n, failure } : { kind: 'accepted', attempt: n };
    const decision = decide(this.situation, event);
    const status = failure === undefined ? 'sent' : failure === 'maybe_sent' ? failure : 'failed';
    const error = failure && { kind: failure, code: 'x' };
    this.attempts[n - 1] = { ...attempt, status, error, sentAt: status === 'failed' ? undefined : this.now };
    const isOut = this.attempts.some(
      (one) => one.channel === step.channel && one.status === 'failed' && one.error?.kind === 'bad_recipient',
    );
    const again = typeof decision.next === 'object' && decision.next.step === due.step;
    const follows = typeof decision.next === 'object' ? this.steps[decision.next.step] : undefined;
    if (!again && isOut) must('leave a channel that cannot reach the address', follows?.channel !== step.channel);
    this.apply(decision, due.wanted && again ? 'retry' : undefined);
  }

  private receive({ n, status: before }: Attempt, status: (typeof RECEIPTS)[number]): void {
    const rank = ['sending', 'maybe_sent', 'sent', 'failed', 'delivered', 'read'];
    if (status === 'sent' || rank.indexOf(status) <= rank.indexOf(before)) return;
    this.follow({ kind: 'receipt', attempt: n, status });
    this.attempts[n - 1] = { ...this.attempts[n - 1]!, status };
  }

  private follow(event: Event, allowed: (delayMs: number) => boolean = () => true): void {
    const decision = decide(this.situation, event);
    if (typeof decision.next === 'object' && !allowed(decision.next.delayMs)) return;
    if (event.kind !== 'asked' && this.confirmed)
      must('schedule nothing after confirmation', typeof decision.next === 'string');
    if (event.kind === 'asked' && decision.next !== 'keep') this.sends++;
    if (this.next?.asked && this.next.wanted !== 'retry')
      must('take back nothing that was asked for', decision.next !== 'none');
    this.apply(
      decision,
      event.kind === 'asked' ? 'asked' : this.next?.wanted,
      event.kind === 'asked' || this.next?.asked,
    );
  }

  private apply(
    { delivery, confirmed, next }: Decision,
    wanted: Attempt['wanted'],
    asked = wanted !== undefined,
  ): void {
    must('stay confirmed', confirmed || !this.confirmed);
    must('stay delivered', delivery === 'delivered' || this.delivery !== 'delivered');
    if (confirmed && !asked) must('end with confirmation', typeof next === 'string');
    this.delivery = delivery;
    this.failed ||= delivery === 'undelivered';
    this.confirmed = confirmed;
    if (next === 'none') this.next = undefined;
    else if (next !== 'keep') this.next = { ...next, at: this.now + next.delayMs, asked, wanted };
    const newest = this.attempts.at(-1);
    if (this.next && !asked && newest?.round === this.round) must('never go back', this.next.step >= newest.step);
    must('retry only so often', this.retries <= MOST);
    must('take only so many requests', this.sends <= MOST);
  }

  /** Nothing starts within a minute of a call. */
  private checkCalls(): void {
    for (const { channel, sentAt } of this.attempts) {
      if (channel === 'voice' && sentAt !== undefined) must('leave a minute', this.now - sentAt >= MINUTE);
    }
  }
}

describe('whole histories', () => {
  it('keep every promise: the minute after a call, the end with confirmation, the most attempts', () => {
    const most = { retries: 0, sends: 0 };
    const seen = { confirmed: 0, calls: 0, undelivered: 0 };
    for (let seed = 1; seed <= HISTORIES; seed++) {
      const history = new History(generator(seed));
      try {
        for (let moves = 0; moves < 160; moves++) history.move();
      } catch (error) {
        throw new Error(`history ${seed}: ${JSON.stringify(history.attempts)}`, { cause: error });
      }
      most.retries = Math.max(most.retries, history.retries);
      most.sends = Math.max(most.sends, history.sends);
      must('end at both', history.attempts.length <= 2 * MOST);
      if (history.confirmed) seen.confirmed++;
      if (history.attempts.some(({ channel }) => channel === 'voice')) seen.calls++;
      if (history.failed) seen.undelivered++;
    }
    // The generator must reach what it is meant to try.
    expect(most).toEqual({ retries: MOST, sends: MOST });
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
  });

  it('end by themselves, and say whether anything may have arrived', () => {
    for (let seed = 1; seed <= HISTORIES; seed++) {
      const history = new History(generator(seed));
      for (let moves = 0; history.next; moves++) {
        must('end', moves < 25);
        history.due(history.next);
      }
      const reached = history.attempts.some(({ status }) => status !== 'failed');
      expect(history.delivery).toBe(reached ? 'sent' : 'undelivered');
    }
  });
});
