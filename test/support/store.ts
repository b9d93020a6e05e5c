import { randomUUID } from 'node:crypto';
import type { Limits } from '../../src/config/config.js';
import { NO_LIMITS } from '../../src/config/limits.js';
import { DEFAULT_RETENTION } from '../../src/config/load-retention.js';
import type { RecipientRef } from '../../src/recipients/lookup.js';
import { DeliveryStore, type AttemptResult, type Claim } from '../../src/store/delivery.store.js';
import { EventStore } from '../../src/store/event.store.js';
import { dueKey, outboxKey, newVerificationId, stateKey } from '../../src/store/keys.js';
import type { VerificationState } from '../../src/store/record.js';
import { VerificationStore, type Continuation, type NewVerification } from '../../src/store/verification.store.js';
import type { TestRedis } from './redis.js';

const APPLICATION = 'shop';

/** Limits that say nothing are off. */
export const limitsOf = (limits: Partial<Limits>): Limits => ({ ...NO_LIMITS, ...limits });

/** So many in a minute. */
export const aMinute = (count: number) => [{ count, seconds: 60 }];

/** What the workbench's codes are compared by. */
export const RIGHT = 'mac-of-the-right-code';

export const sent = (more: Partial<AttemptResult> = {}): AttemptResult => ({
  status: 'sent',
  messageId: 'm-1',
  delivery: 'sent',
  confirmed: false,
  next: 'none',
  gapMs: 0,
  ...more,
});

export const failed = (more: Partial<AttemptResult> = {}): AttemptResult => ({
  status: 'failed',
  error: { kind: 'unknown', code: 'x' },
  delivery: 'undelivered',
  confirmed: false,
  next: 'none',
  gapMs: 0,
  ...more,
});

/** A code that takes the place of the one before. */
export const NEW_CODE = { mac: 'new', ttlMs: 60_000, olderStayRight: false };

/** A next attempt on step 1, in so many milliseconds. */
export const nextIn = (delayMs: number): AttemptResult['next'] => ({
  step: 1,
  channel: 'voice',
  account: 'second',
  leaseMs: 5_000,
  delayMs,
});

/** The store's classes on a real Redis, without a service around them; and what stands in Redis, as it stands. */
export class StoreBench {
  readonly verifications: VerificationStore;
  readonly deliveries: DeliveryStore;
  readonly events: EventStore;

  constructor(private readonly redis: TestRedis) {
    this.verifications = new VerificationStore(redis.client);
    this.deliveries = new DeliveryStore(redis.client);
    this.events = new EventStore(redis.client);
  }

  recipient(shard = 'a7'): RecipientRef {
    return { shard, hash: randomUUID() };
  }

  newVerification(recipient: RecipientRef, more: Partial<NewVerification> = {}): NewVerification {
    return {
      id: newVerificationId(recipient.shard),
      application: APPLICATION,
      mode: 'live',
      keyId: 'key-1',
      recipient,
      slot: 'login',
      masked: '+44*******23',
      sealed: { facts: 'sealed' },
      mac: RIGHT,
      ttlMs: 60_000,
      maxChecks: 5,
      limits: NO_LIMITS,
      retention: DEFAULT_RETENTION,
      next: { step: 0, channel: 'sms', account: 'first', leaseMs: 5_000 },
      ...more,
    };
  }

  /** Starts one that must be new. */
  async created(recipient = this.recipient(), more: Partial<NewVerification> = {}): Promise<string> {
    const wanted = this.newVerification(recipient, more);
    const outcome = await this.verifications.start(wanted);
    if (outcome.kind !== 'created') throw new Error(`not created: ${JSON.stringify(outcome)}`);
    return wanted.id;
  }

  continuation(id: string, recipient: RecipientRef, more: Partial<Continuation> = {}): Continuation {
    return {
      id,
      generation: 1,
      recipient,
      sealed: { facts: 'sealed again' },
      limits: NO_LIMITS,
      retention: DEFAULT_RETENTION,
      next: { step: 0, channel: 'whatsapp', account: 'other', leaseMs: 5_000 },
      delayMs: 0,
      ...more,
    };
  }

  async check(id: string, right: boolean, limits = NO_LIMITS): Promise<string | undefined> {
    const macs = [{ keyId: 'key-1', mac: right ? RIGHT : 'mac-of-another-code' }];
    const outcome = await this.verifications.check(APPLICATION, id, macs, limits);
    return outcome === 'unreadable' ? outcome : outcome?.result;
  }

  /** A claim that must succeed. */
  async claimed(id: string): Promise<Claim> {
    const claim = await this.deliveries.claim(id);
    if (!claim) throw new Error('there was nothing to claim');
    return claim;
  }

  /** Of a decision that must be on the state as it is. True when another attempt is due at once. */
  async records(claim: Claim, result: AttemptResult): Promise<boolean> {
    const answer = await this.deliveries.record(claim, result);
    if (answer && 'state' in answer) throw new Error('decided on another state');
    return answer !== undefined;
  }

  async state(id: string): Promise<VerificationState> {
    const stored = await this.verifications.read(id);
    if (!stored) throw new Error('no such verification');
    return stored.state;
  }

  fields(id: string): Promise<Record<string, string>> {
    return this.redis.client.hgetall(stateKey(id));
  }

  /** What its outbox has of it, in order. */
  async told(id: string): Promise<Record<string, string>[]> {
    const entries = await this.redis.client.xrange(outboxKey(id.slice(-2)), '-', '+');
    return entries
      .map(([, flat]) => Object.entries(JSON.parse(flat[1]!) as Record<string, string | number>))
      .map((fields) => Object.fromEntries(fields.map(([name, value]) => [name, String(value)])))
      .filter((entry) => entry.id === id);
  }

  /** Moves the record's clocks instead of waiting for them. */
  async edit(id: string, fields: Record<string, string | number>): Promise<void> {
    await this.redis.client.hset(stateKey(id), fields);
  }

  /** So much time passes for a budget: its times move into the past. */
  async age(budget: string, ms: number): Promise<void> {
    const { client } = this.redis;
    const times = (await client.lrange(budget, 0, -1)).map((time) => Number(time) - ms);
    await client
      .multi()
      .del(budget)
      .rpush(budget, ...times)
      .pexpire(budget, 60_000)
      .exec();
  }

  /** When the clock looks at it again (Unix ms); undefined when it will not. */
  async dueAt(id: string): Promise<number | undefined> {
    const score = await this.redis.client.zscore(dueKey(id.slice(-2)), id);
    return score === null ? undefined : Number(score);
  }

  async makeDue(id: string, at = Date.now() - 1): Promise<void> {
    await this.redis.client.zadd(dueKey(id.slice(-2)), at, id);
  }
}
