import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';
import { sharedAnswer } from '../shared/shared-answer.js';
import {
  ANSWER,
  ASK,
  COUNT,
  gone,
  SHARED_MS,
  type Answer,
  type Count,
  type Figures,
  type Question,
} from './figures.js';

/** Whoever hangs must not keep the figures of the others from who looks for the reason. */
const COUNT_WITHIN_MS = 2_000;
/** What Prometheus takes for begun anew when it falls. */
const NEVER_FALLS = new Set(['counter', 'histogram']);

/**
 * In the process that supervises: adds up what all others count, for whichever of them was asked. What one had counted that
 * has ended stays in the sum, and one that does not answer counts as it did last.
 */
export class Counted {
  private readonly read = sharedAnswer(SHARED_MS, () => this.readNow());
  /** By worker, of those that run. */
  private readonly latest = new Map<number, Figures>();
  private ofEnded: Promise<Figures> = Promise.resolve([]);
  private readonly waiting = new Map<number, () => void>();
  private questions = 0;

  constructor() {
    cluster.on('message', (worker, message: Partial<Question | Count>) => {
      const { id } = message;
      if (id === undefined) return;
      if (message.type === ASK) this.answer(worker, id);
      else if (message.type === COUNT) this.take(worker, id, (message as Count).figures);
    });
    cluster.on('exit', (worker) => {
      this.keep(worker);
    });
  }

  private answer(worker: Worker, id: number): void {
    const send = (text?: string) => worker.send({ type: ANSWER, id, text } satisfies Partial<Answer>, gone);
    this.read().then(send, () => send());
  }

  private async readNow(): Promise<string> {
    // One that is still starting would never hear the question.
    const running = Object.values(cluster.workers ?? {}).filter((worker) => isListening(worker));
    await Promise.all(running.map((worker) => this.ask(worker)));
    return sum([await this.ofEnded, ...this.latest.values()]).metrics();
  }

  private async ask(worker: Worker): Promise<void> {
    const id = ++this.questions;
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, COUNT_WITHIN_MS);
      this.waiting.set(id, () => {
        clearTimeout(late);
        resolve();
      });
      worker.send({ type: COUNT, id } satisfies Question, (unsent) => {
        if (unsent) this.waiting.get(id)?.();
      });
    }).finally(() => this.waiting.delete(id));
  }

  private take(worker: Worker, id: number, figures: Figures | undefined): void {
    if (figures && !worker.isDead()) this.latest.set(worker.id, figures);
    this.waiting.get(id)?.();
  }

  private keep(worker: Worker): void {
    const last = this.latest.get(worker.id);
    if (!last) return;
    this.latest.delete(worker.id);
    const kept = last.filter(({ type }) => NEVER_FALLS.has(String(type)));
    this.ofEnded = this.ofEnded.then((before) => sum([before, kept]).getMetricsAsJSON());
  }
}

const isListening = (worker: Worker | undefined): worker is Worker =>
  worker !== undefined && worker.isConnected() && (worker as Worker & { state?: string }).state === 'listening';

const sum = (figures: Figures[]): Registry => AggregatorRegistry.aggregate(figures);
