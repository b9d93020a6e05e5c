import type { Step } from '../../src/config/config.js';
import type { OutgoingMessage, Receipt } from '../../src/providers/contract.js';

/** One thing that a process does to the world outside. Between any two of them it may die, hang or be overtaken. */
export type Effect =
  | {
      readonly kind: 'script';
      readonly sha: string;
      readonly keys: readonly string[];
      readonly args: readonly (string | number)[];
    }
  | { readonly kind: 'send'; readonly account: string; readonly message: OutgoingMessage };

interface Waiting {
  readonly effect: Effect;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What an actor brings from its caller, as far as the checker must know it. */
export interface Request {
  /** Plan and own code of a start. */
  readonly steps?: readonly Step[];
  readonly ownCode?: string;
  /** Code of a check. */
  readonly typed?: string;
  /** A receipt that is taken. */
  readonly receipt?: { readonly account: string; readonly receipt: Receipt };
  /** Name of a call with an Idempotency-Key. */
  readonly once?: string;
  /** What a call for the next message is about, and how many attempts there were before it. */
  readonly wish?: { readonly id: string; readonly attempts: number };
  /** Job of a worker. */
  readonly job?: string;
}

/**
 * One run of the service's real code (a request, a job, a poll). It stops at each effect until the history lets it go
 * on; a crash is an actor that nobody ever wakes again.
 */
export class Actor {
  waiting?: Waiting;
  ended = false;
  /** Redis has once not answered it: then it may end with that error. */
  timedOut = false;
  answer: unknown;
  error: unknown;
  /** What its claim script gave a worker. */
  claim?: {
    readonly id: string;
    readonly attempt: number;
    readonly fence: string;
    /** State of the attempt when it was claimed. */
    readonly status: string;
    readonly generation: number;
  };
  /** Attempts of its verification when it first read that. */
  attempts?: number;
  private wake: () => void = () => undefined;

  private constructor(
    readonly what: string,
    readonly request: Request,
  ) {}

  /** Runs it up to its first effect. */
  static async begin(what: string, body: (actor: Actor) => Promise<unknown>, request: Request = {}): Promise<Actor> {
    const actor = new Actor(what, request);
    const stopped = actor.stopped();
    void body(actor)
      .then(
        (answer) => (actor.answer = answer),
        (error: unknown) => (actor.error = error),
      )
      .finally(() => {
        actor.ended = true;
        actor.wake();
      });
    await stopped;
    return actor;
  }

  /** Called by the code under test: waits until the history performs the effect. */
  ask(effect: Effect): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.waiting = { effect, resolve, reject };
      this.wake();
    });
  }

  /** Hands over the effect's answer, and lets it run up to the next one. */
  async goOn(answer: unknown): Promise<void> {
    const stopped = this.stopped();
    const { resolve } = this.take();
    resolve(answer);
    await stopped;
  }

  async fail(error: unknown): Promise<void> {
    const stopped = this.stopped();
    const { reject } = this.take();
    reject(error);
    await stopped;
  }

  private take(): Waiting {
    const { waiting } = this;
    if (!waiting) throw new Error(`${this.what} waits for nothing`);
    this.waiting = undefined;
    return waiting;
  }

  private stopped(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }
}
