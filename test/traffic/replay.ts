import type { GuardSettings } from '../../src/guard/policy.js';
import { Problem } from '../../src/shared/problem.js';
import type { ClockedRedis } from '../support/clocked-redis.js';
import { GuardBench } from '../support/guard.js';
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

/**
 * Sends of one slice are asked for at once, and approvals come at its end at the latest: so no replay takes minutes. Ten
 * seconds late where much is sent, two minutes where little is, ten where it only has to be known.
 */
function isOneSlice(from: number, t: number, sends: number): boolean {
  if (t < DAYS_BEFORE) return t - from < 600_000;
  return t - from < (sends < 4 ? 120_000 : 10_000);
}

/** An application's guard alone, under the replay's clock. */
export class Replay {
  private readonly bench: GuardBench;
  private readonly start: number;

  constructor(
    private readonly redis: ClockedRedis,
    private readonly application: string,
    settings: GuardSettings = {},
  ) {
    this.start = redis.now;
    this.bench = new GuardBench(redis.client, application, settings);
  }

  blocks() {
    return this.bench.store.blocks(this.application);
  }

  /** @param lines in order; those that are sent are approved when they say so */
  async run(lines: readonly Line[]): Promise<Fate[]> {
    const fates: Fate[] = [];
    const approvals: { at: number; mark: string }[] = [];
    for (let i = 0; i < lines.length;) {
      const from = (lines[i] as Line).t;
      const slice: Promise<Fate>[] = [];
      const approved = this.approve(approvals, from);
      for (; i < lines.length && isOneSlice(from, (lines[i] as Line).t, slice.length); i++)
        slice.push(this.send(lines[i] as Line, approvals));
      fates.push(...(await Promise.all(slice)));
      await approved;
    }
    return fates;
  }

  private async send(line: Line, approvals: { at: number; mark: string }[]): Promise<Fate> {
    this.redis.now = this.start + line.t;
    const answer = await this.bench.ask(line.to, { clientIp: line.ip });
    if (answer instanceof Problem) return { line, rule: answer.extra.limit, sent: false };
    const { monitored, mark } = answer;
    if (mark !== undefined && line.verified_after !== undefined) {
      approvals.push({ at: line.t + line.verified_after, mark });
    }
    return { line, rule: monitored[0]?.rule, sent: true };
  }

  /** Tells the guard of what was typed until now, as the event relay does. */
  private async approve(approvals: { at: number; mark: string }[], until: number): Promise<void> {
    approvals.sort((a, b) => a.at - b.at);
    const due = approvals.findIndex(({ at }) => at > until);
    const told = approvals.splice(0, due < 0 ? approvals.length : due);
    this.redis.now = this.start + until;
    if (told.length > 0) await this.bench.convert(told.map(({ mark }) => mark));
  }
}
