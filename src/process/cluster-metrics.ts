import cluster from 'node:cluster';
import type { Registry } from 'prom-client';
import { sharedAnswer } from '../shared/shared-answer.js';
import { ANSWER, ASK, COUNT, gone, SHARED_MS, type Answer, type Count, type Question } from './figures.js';

/** What all processes of this machine have counted together; without others what this one has. */
export class ClusterMetrics {
  /** A second old at most, with the supervisor's answer two. */
  readonly read = sharedAnswer(SHARED_MS, () => this.readNow());
  private readonly waiting = new Map<number, (text?: string) => void>();
  private questions = 0;

  /** @param refresh looks at what is now, before each reading */
  constructor(
    private readonly own: Registry,
    private readonly refresh: () => Promise<void>,
  ) {
    if (!cluster.isWorker) return;
    process.on('message', (message: Partial<Question | Answer>) => {
      const { id } = message;
      if (id === undefined) return;
      if (message.type === COUNT) void this.count(id);
      else if (message.type === ANSWER) this.waiting.get(id)?.((message as Answer).text);
    });
    process.once('disconnect', () => {
      for (const resolve of this.waiting.values()) resolve();
    });
  }

  private async readNow(): Promise<string> {
    if (!cluster.isWorker) {
      await this.refresh();
      return this.own.metrics();
    }
    const id = ++this.questions;
    const text = await new Promise<string | undefined>((resolve) => {
      this.waiting.set(id, resolve);
      this.send({ type: ASK, id }, () => {
        resolve(undefined);
      });
    }).finally(() => this.waiting.delete(id));
    if (text === undefined) throw new Error('the supervisor has not answered');
    return text;
  }

  private async count(id: number): Promise<void> {
    const figures = await this.refresh()
      .then(() => this.own.getMetricsAsJSON())
      .catch(() => undefined);
    this.send({ type: COUNT, id, figures }, gone);
  }

  private send(message: Question | Count, failed: () => void): void {
    process.send?.(message, (error: Error | null) => {
      if (error) failed();
    });
  }
}
