import type { Limit, Step } from '../../src/config/config.js';
import type { Receipt } from '../../src/providers/contract.js';
import type { Actor } from './actor.js';
import type { Told } from './event-rules.js';

/** A budget as it should be: its window begins with the first use. */
class Budget {
  private count = 0;
  private until = 0;

  constructor(private readonly limit: Limit | null) {}

  get limited(): boolean {
    return this.limit !== null;
  }

  used(now: number): number {
    return now < this.until ? this.count : 0;
  }

  full(now: number): boolean {
    return this.limit !== null && this.used(now) >= this.limit.count;
  }

  use(now: number): void {
    if (!this.limit) return;
    if (now >= this.until) {
      this.count = 0;
      this.until = now + this.limit.seconds * 1_000;
    }
    this.count++;
  }
}

/** One message that a provider was handed. */
export interface Sent {
  readonly id: string;
  readonly n: number;
  readonly account: string;
  readonly messageId?: string;
  readonly at: number;
  /** Not refused for sure: the phone may ring. */
  readonly placed: boolean;
  readonly voice: boolean;
  /** By a worker that had lost its claim to another one. */
  readonly stale: boolean;
  readonly worker: Actor;
  /** The worker has come to its end: what it learned is recorded. */
  finishedAt?: number;
}

/** What the checker keeps for itself, independently of Redis. */
export class Book {
  readonly sends: Budget;
  readonly failures: Budget;
  /** Plan of each verification, as of its last round. */
  readonly plans = new Map<string, readonly Step[]>();
  /** Codes of each verification by generation, as far as anybody outside knows them. */
  readonly codes = new Map<string, (string | undefined)[]>();
  readonly compared = new Map<string, number>();
  readonly approvals = new Map<string, number>();
  /** Of each call with an Idempotency-Key that has had its effect: what it was told. */
  readonly effects = new Map<string, string>();
  /** Events of each verification, in order. */
  readonly told = new Map<string, readonly Told[]>();
  readonly sent: Sent[] = [];
  /** Receipts that were taken to the end, and when. */
  readonly receipts: { readonly account: string; readonly receipt: Receipt; readonly at: number }[] = [];

  constructor(limits: { sends_per_number: Limit | null; failures_per_number: Limit | null }) {
    this.sends = new Budget(limits.sends_per_number);
    this.failures = new Budget(limits.failures_per_number);
  }

  learnCode(id: string, generation: number, code: string | undefined): void {
    const codes = this.codes.get(id) ?? [];
    codes[generation] = code;
    this.codes.set(id, codes);
  }
}
