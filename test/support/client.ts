import { setTimeout as sleep } from 'node:timers/promises';
import { freshNumber, type Api } from './api.js';

/** What becomes of one: a check with its code, a cancel, nothing, or nothing and the shortest life there is. */
const FATES = ['check', 'cancel', 'leave', 'expire'] as const;
const SHORTEST = { ttl: 30 };

/** A verification whose start was answered 201. */
export interface Promised {
  readonly id: string;
  readonly to: string;
  readonly at: number;
  readonly fate: (typeof FATES)[number];
  /** What the check or the cancel was answered; undefined when there was none, or a kill cut it off. */
  answered?: string;
}

/** Starts as fast as it is answered, and notes what was promised: a 201, and what came of it. */
export class Client {
  readonly promised: Promised[] = [];
  readonly refused: number[] = [];
  private readonly checks: Promised[] = [];
  private running = true;
  private readonly ended: Promise<void>;

  /** @param codeFor the code that a number has got, once it has */
  constructor(
    private readonly api: Api,
    private readonly codeFor: (to: string) => string | undefined,
  ) {
    this.ended = this.run();
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.ended;
  }

  private async run(): Promise<void> {
    for (let starts = 0; this.running; starts++) {
      const [to, fate] = [freshNumber(), FATES[starts % FATES.length]!];
      // A call that a kill cuts off has promised nothing.
      const answer = await this.api.start(to, fate === 'expire' ? SHORTEST : {}).catch(() => undefined);
      if (answer?.status === 201) await this.goOn({ id: answer.body.id, to, at: Date.now(), fate });
      else if (answer) this.refused.push(answer.status);
      await this.checkOne();
      await sleep(answer ? 10 : 50);
    }
  }

  private async goOn(one: Promised): Promise<void> {
    this.promised.push(one);
    if (one.fate === 'check') this.checks.push(one);
    if (one.fate !== 'cancel') return;
    const answer = await this.api.cancel(one.id).catch(() => undefined);
    if (answer?.status === 200) one.answered = answer.body.status;
  }

  /** The oldest of those that are to be checked, if its code has come. */
  private async checkOne(): Promise<void> {
    const code = this.checks[0] && this.codeFor(this.checks[0].to);
    const one = code === undefined ? undefined : this.checks.shift();
    if (!one) return;
    const answer = await this.api.check(one.id, code!).catch(() => undefined);
    if (answer?.status === 200) one.answered = answer.body.result;
  }
}
