import type { Limits, Step } from '../../src/config/config.js';
import type { Receipt } from '../../src/providers/contract.js';
import type { Actor, Request } from './actor.js';
import { Budgets } from './budget.js';
import type { Told } from './event-rules.js';

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
  readonly budgets: Budgets;
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
  /** Calls for the next message that were answered with 200; without those that may repeat an earlier one. */
  readonly wishes: NonNullable<Request['wish']>[] = [];

  constructor(limits: Limits) {
    this.budgets = new Budgets(limits);
  }

  learnCode(id: string, generation: number, code: string | undefined): void {
    const codes = this.codes.get(id) ?? [];
    codes[generation] = code;
    this.codes.set(id, codes);
  }
}
