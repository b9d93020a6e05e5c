import cluster from 'node:cluster';
import { AggregatorRegistry, Registry } from 'prom-client';
import { sharedAnswer } from '../shared/shared-answer.js';

const ASK = 'passlane:metrics';
/** Whoever asks needs no key, is never refused, and has all processes ask Redis: so all get the same for a while. */
const SHARED_MS = 1_000;

interface Question {
  readonly ask: typeof ASK;
  readonly id: number;
}
type Reply = Question & { readonly text?: string };

/** Whoever asked has ended meanwhile; without a callback the failure would be an error that nobody handles. */
const gone = (): void => undefined;

/** In the process that supervises: adds up what all others count, for whichever of them was asked. */
export function answerMetrics(): void {
  const all = new AggregatorRegistry();
  const read = sharedAnswer(SHARED_MS, () => all.clusterMetrics());
  cluster.on('message', (worker, { ask, id }: Partial<Question>) => {
    if (ask !== ASK) return;
    read().then(
      (text) => worker.send({ ask, id, text }, gone),
      () => worker.send({ ask, id }, gone),
    );
  });
}

/** What all processes of this machine have counted together; without others what this one has. */
export class ClusterMetrics {
  /** A second old at most, with the supervisor's answer two. */
  readonly read = sharedAnswer(SHARED_MS, () => this.readNow());
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private questions = 0;

  /** @param refresh looks at what is now, before each reading */
  constructor(
    private readonly own: Registry,
    private readonly refresh: () => Promise<void>,
  ) {
    if (!cluster.worker) return;
    // The supervisor may end while it waits for an answer, and while it is waited for.
    cluster.worker.on('error', gone);
    process.once('disconnect', () => {
      for (const [id, resolve] of this.waiting) resolve({ ask: ASK, id });
    });
    // Answers the supervisor's questions for this process.
    new AggregatorRegistry();
    AggregatorRegistry.setRegistries(this.refreshed());
    process.on('message', (reply: Partial<Reply>) => {
      if (reply.ask === ASK && reply.id !== undefined) this.waiting.get(reply.id)?.(reply as Reply);
    });
  }

  private async readNow(): Promise<string> {
    if (!cluster.isWorker) {
      await this.refresh();
      return this.own.metrics();
    }
    const id = ++this.questions;
    const { text } = await new Promise<Reply>((resolve) => {
      this.waiting.set(id, resolve);
      process.send?.({ ask: ASK, id }, (error: Error | null) => {
        if (error) resolve({ ask: ASK, id });
      });
    }).finally(() => this.waiting.delete(id));
    if (text === undefined) throw new Error('not all processes have answered');
    return text;
  }

  private refreshed(): Registry {
    const registry = Registry.merge([this.own]);
    const read = registry.getMetricsAsJSON.bind(registry);
    registry.getMetricsAsJSON = async () => {
      await this.refresh();
      return read();
    };
    return registry;
  }
}
