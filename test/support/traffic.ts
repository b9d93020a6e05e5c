import { setTimeout as sleep } from 'node:timers/promises';
import { freshNumber, type Api } from './api.js';
import type { Gateway } from './gateway.js';
import { until } from './wait.js';

interface Acknowledged {
  readonly to: string;
  readonly at: number;
  approvals: number;
}

/** People who start and check, again and again, while something happens to Redis. */
export class Traffic {
  /** Every verification whose start was answered 201, by id. */
  readonly acknowledged = new Map<string, Acknowledged>();
  /** When each answer 201 and each other one came (Unix ms), and how long the slowest took. */
  readonly refusedAt: number[] = [];
  slowestMs = 0;
  private stopped = false;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly api: Api,
    private readonly gateway: Gateway,
  ) {}

  begin(people: number): this {
    this.running = Promise.all(Array.from({ length: people }, () => this.person()));
    return this;
  }

  async end(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  /** From then on until a start was answered 201 that was made afterwards, and (so that it was no luck) five more. */
  async backAfter(since: number): Promise<number> {
    const good = () => [...this.acknowledged.values()].filter(({ at }) => at > since).map(({ at }) => at);
    // What was under way when it happened may still be answered well: count from the first refusal.
    const first = await until('the first refusal', () => this.refusedAt.find((at) => at > since));
    const later = await until('starts to be taken', () => {
      const after = good().filter((at) => at > first);
      return after.length > 5 && after;
    });
    return Math.min(...later) - since;
  }

  private async person(): Promise<void> {
    while (!this.stopped) {
      const to = freshNumber();
      const answer = await this.timed(() => this.api.start(to));
      if (answer.status === 201) {
        this.acknowledged.set(answer.body.id, { to, at: Date.now(), approvals: 0 });
        await this.checkTwice(answer.body.id, to);
      } else {
        if (answer.status !== 503) throw new Error(`answered ${answer.status}: ${answer.text}`);
        this.refusedAt.push(Date.now());
      }
      await sleep(10);
    }
  }

  /** Two at once; and where Redis is away, another time. */
  private async checkTwice(id: string, to: string): Promise<void> {
    for (let tries = 0; tries < 100 && !this.stopped; tries++) {
      const code = this.gateway.to(to)[0]?.body.code;
      if (code !== undefined) {
        const answers = await Promise.all([this.check(id, code), this.check(id, code)]);
        if (answers.every((status) => status === 200)) return;
      }
      await sleep(20);
    }
  }

  /** @returns the HTTP status. @throws for what no outage explains */
  async check(id: string, code: string): Promise<number> {
    const { status, body, text } = await this.timed(() => this.api.check(id, code));
    if (status !== 200 && status !== 503) throw new Error(`a check was answered ${status}: ${text}`);
    if (status === 200 && body.result === 'approved') this.acknowledged.get(id)!.approvals++;
    return status;
  }

  private async timed<T>(call: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const answer = await call();
    this.slowestMs = Math.max(this.slowestMs, performance.now() - from);
    return answer;
  }
}

/** Every start that was answered 201 is known, is sent, and was or can be approved once; @returns how many there are */
export async function expectNothingLost(traffic: Traffic, api: Api, gateway: Gateway): Promise<number> {
  const lost: string[] = [];
  const twice: string[] = [];
  for (const [id, entry] of traffic.acknowledged) {
    if ((await api.read(id)).status !== 200) {
      lost.push(id);
      continue;
    }
    const message = await until(`the message of ${id}`, () => gateway.to(entry.to)[0]);
    await traffic.check(id, message.body.code!);
    if (entry.approvals > 1) twice.push(id);
  }
  if (lost.length + twice.length > 0) throw new Error(`lost: ${lost.join()}; approved twice: ${twice.join()}`);
  return traffic.acknowledged.size;
}
