import type { Caller } from '../../src/applications/key-book.js';
import type { Limits, Profile } from '../../src/config/config.js';
import { ProviderError, type FailureKind } from '../../src/providers/errors.js';
import type { RecipientRef } from '../../src/recipients/lookup.js';
import { Problem } from '../../src/shared/problem.js';
import type { FirstMessage } from '../../src/delivery/delivery.queue.js';
import type { DueEntry } from '../../src/store/delivery.store.js';
import { GRACE_MS } from '../../src/store/verification.store.js';
import { Actor, type Effect, type Request } from './actor.js';
import { Book } from './book.js';
import { Checker } from './checker.js';
import type { Random } from './random.js';
import { callerWith, servicesOf, type Services } from './services.js';
import { must } from './violation.js';
import type { Seen, VirtualRedis } from './virtual-redis.js';

/** Far from now: what Redis removes by its own clock never falls into a history. */
const BEGIN = Date.UTC(2100, 0, 1);

interface Job {
  readonly id: string;
  active: boolean;
  /** Of a first send by the process that has answered: nobody else knows of it. */
  readonly message?: FirstMessage;
}

/** Where one history happens: its own shard of the shared Redis, its own number, its own clock. */
export interface Place {
  readonly number: string;
  readonly recipient: RecipientRef;
}

/** How likely it is that an added job is lost, and that a provider refuses. */
export interface Luck {
  readonly losesJobs: number;
  readonly refuses: number;
}

const REFUSALS: readonly FailureKind[] = [
  'unreachable',
  'throttled',
  'bad_recipient',
  'rejected',
  'unknown',
  'maybe_sent',
  'maybe_sent',
];

/** The processes, the queue, the providers and the clock of one history, around the real code and the real scripts. */
export class World {
  now = BEGIN;
  readonly ids: string[] = [];
  readonly seen = new Map<string, Seen>();
  /** Running code that waits for its next effect. */
  readonly actors: Actor[] = [];
  readonly jobs = new Map<string, Job>();
  readonly notes: string[] = [];
  /** Calls with an Idempotency-Key, to be made again; whatever has become of them. */
  readonly repeatable: (() => Promise<unknown>)[] = [];
  readonly caller: Caller;
  readonly book: Book;
  readonly touched = new Set<string>();
  profile!: Profile;
  luck: Luck;
  /** From then on every job is added and every poller and worker does what it should. */
  punctualFrom = Infinity;
  private readonly checker: Checker;
  private readonly prefix: string;
  private messages = 0;

  constructor(
    readonly random: Random,
    readonly place: Place,
    private readonly redis: VirtualRedis,
    limits: Limits,
    luck: Luck,
    private readonly keepsNotes: boolean,
  ) {
    this.caller = callerWith(limits);
    this.book = new Book(limits);
    this.luck = luck;
    this.checker = new Checker(this.book, this.seen);
    this.prefix = `pl:{${place.recipient.shard}}:`;
    for (const kind of ['bs', 'bf']) this.touched.add(`${this.prefix}${kind}:${place.recipient.hash}`);
  }

  note(text: () => string): void {
    if (this.keepsNotes) this.notes.push(`${((this.now - BEGIN) / 1_000).toFixed(3)} s  ${text()}`);
  }

  /** A process begins something; it stops before its first effect. */
  async begin(what: string, body: (services: Services) => Promise<unknown>, request: Request = {}): Promise<Actor> {
    this.note(() => `${what} begins`);
    const actor = await Actor.begin(
      what,
      (self) =>
        body(
          servicesOf(self, {
            addJob: (entry) => {
              this.addJob(entry);
            },
            sendFirst: (entry, message) => this.sendFirst(entry, message),
            countReceipt: ({ outcome }) => {
              this.note(() => `${what}: ${outcome}`);
            },
            profile: () => this.profile,
          }),
        ),
      request,
    );
    if (actor.ended) this.end(actor);
    else this.actors.push(actor);
    return actor;
  }

  /** Performs the actor's next effect, and lets it run up to the one after. */
  async step(actor: Actor): Promise<void> {
    const { effect } = actor.waiting!;
    if (effect.kind === 'send') await this.send(actor, effect);
    else await actor.goOn(await this.script(actor, effect));
    if (actor.ended) this.end(actor);
  }

  async finish(actor: Actor): Promise<void> {
    while (!actor.ended) await this.step(actor);
  }

  /**
   * Redis does not answer in time, and may have done it or not. A worker repeats the same claim, record or link until it
   * is answered; everybody else gives up.
   */
  async timeOut(actor: Actor, done: boolean): Promise<void> {
    const { effect } = actor.waiting!;
    if (effect.kind === 'send') return;
    const name = this.redis.nameOf(effect.sha);
    this.note(() => `${actor.what}: the ${done ? 'answer' : 'command'} of ${name} gets lost`);
    if (done) await this.script(actor, effect);
    if (actor.claim || name === 'claim') return;
    actor.timedOut = true;
    await actor.fail(new Error('Command timed out'));
    if (actor.ended) this.end(actor);
  }

  /** The process dies where it is. A dead worker's job goes back to the queue. */
  kill(actor: Actor): void {
    this.note(() => `${actor.what} dies`);
    this.forget(actor);
    const name = actor.request.job ?? '';
    const job = this.jobs.get(name);
    if (job?.message) this.jobs.delete(name);
    else if (job) job.active = false;
  }

  async moveTo(time: number): Promise<void> {
    if (time <= this.now) return;
    this.now = time;
    this.note(() => 'time has passed');
    await this.redis.expire([...this.touched], time);
  }

  async runJob(name: string): Promise<Actor> {
    const job = this.jobs.get(name)!;
    job.active = true;
    return this.begin(`worker ${this.short(job.id)}`, ({ deliver }) => deliver.run(job.id, job.message), { job: name });
  }

  poll(): Promise<Actor> {
    const { shard } = this.place.recipient;
    return this.begin('poller', async ({ deliveries }) => {
      for (const entry of await deliveries.lease(shard, GRACE_MS)) this.addJob(entry);
    });
  }

  live(): string[] {
    return this.ids.filter((id) => this.seen.get(id)?.fields.status === 'pending');
  }

  short(id: string): string {
    return `v${this.ids.indexOf(id) + 1}`;
  }

  conclude(): void {
    this.checker.conclude();
  }

  /** The end: leaves Redis as if this history had never been. */
  async leave(): Promise<void> {
    const keys = await this.redis.survey(this.prefix);
    for (const [key, removedAt] of keys) must(removedAt > 0, 'TTL', () => `${key} never goes`);
    await this.redis.remove([...this.touched, ...keys.map(([key]) => key)]);
  }

  /** However often it is added while it waits or runs, it is there once (BullMQ's job id). */
  private addJob({ id, revision }: DueEntry): void {
    if (this.random.chance(this.luck.losesJobs)) {
      this.note(() => `the job for ${this.short(id)} gets lost`);
      return;
    }
    const name = `${id}-${revision}`;
    if (!this.jobs.has(name)) this.jobs.set(name, { id, active: false });
  }

  /** Every other one finds a place. Under way from then on, beside whatever job the clock adds meanwhile. */
  private sendFirst({ id }: DueEntry, message: FirstMessage): boolean {
    if (this.ids.length % 2 === 0) return false;
    if (!this.random.chance(this.luck.losesJobs)) {
      this.jobs.set(`${id}-first`, { id, active: false, message });
    }
    return true;
  }

  private async script(actor: Actor, effect: Extract<Effect, { kind: 'script' }>): Promise<unknown> {
    const { sha, keys, args } = effect;
    const name = this.redis.nameOf(sha);
    for (const key of keys) this.touched.add(key);
    const created = name === 'start' ? String(args[0]) : undefined;
    if (created !== undefined) this.ids.push(created);
    const { prefix, now } = this;
    const ids = this.concerned(name, keys);
    const frame = { now, prefix, hash: this.place.recipient.hash, ids };
    const reply = await this.redis.run(sha, keys, args, frame);
    if (created !== undefined && !reply.seen.at(-1)) this.ids.pop();
    this.note(() => `${actor.what}: ${name} → ${JSON.stringify(reply.answer).slice(0, 100)}`);
    this.checker.script(
      { script: name, keys, args, answer: reply.answer, actor, now, punctualFrom: this.punctualFrom },
      ids,
      reply,
    );
    return reply.answer;
  }

  /** What the script can change: its own verification; a start and a poll also end others. */
  private concerned(script: string, keys: readonly string[]): readonly string[] {
    if (['read', 'link', 'park'].includes(script)) return [];
    if (script === 'start' || script === 'lease') return [...this.ids];
    return this.ids.filter((id) => keys[0]?.endsWith(id));
  }

  private async send(actor: Actor, effect: Extract<Effect, { kind: 'send' }>): Promise<void> {
    const outcome = this.handOver(actor, effect);
    if (outcome instanceof Error) await actor.fail(outcome);
    else await actor.goOn(outcome);
  }

  /** The provider gets the message, and accepts or refuses as luck will have it. */
  private handOver(actor: Actor, { account, message }: Extract<Effect, { kind: 'send' }>) {
    const { random } = this;
    const refusal = random.chance(this.luck.refuses) ? random.pick(REFUSALS) : undefined;
    // A fault of ours after the request has left counts as "may have been sent".
    const fault = random.chance(0.02);
    const messageId =
      refusal === undefined && random.chance(0.9) ? `${this.prefix}${this.place.number}-${++this.messages}` : undefined;
    this.note(() => `${actor.what}: ${account} gets ${message.attemptId.slice(-2)}: ${refusal ?? messageId ?? 'ok'}`);
    this.checker.send(actor, {
      message,
      account,
      messageId: fault ? undefined : messageId,
      placed: refusal === undefined || refusal === 'maybe_sent' || fault,
      now: this.now,
    });
    if (fault) return new Error('a fault of ours');
    return refusal === undefined ? { messageId } : new ProviderError(refusal, 'vendor');
  }

  private end(actor: Actor): void {
    this.forget(actor);
    if (actor.request.job !== undefined) this.jobs.delete(actor.request.job);
    const { error } = actor;
    this.note(() => `${actor.what} has ended${error instanceof Error ? `: ${error.message}` : ''}`);
    if (error === undefined) this.checker.ended(actor, this.now);
    else if (!(error instanceof Problem) && !actor.timedOut) throw error as Error;
  }

  private forget(actor: Actor): void {
    const at = this.actors.indexOf(actor);
    if (at >= 0) this.actors.splice(at, 1);
  }
}
