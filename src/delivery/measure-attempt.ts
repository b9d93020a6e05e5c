import { fromMicros, NO_COUNTRY } from '../config/money.js';
import type { Metrics } from '../shared/metrics.js';
import type { AttemptResult, Claim } from '../store/delivery.store.js';
import type { Attempt } from '../store/record.js';

interface Measured {
  readonly claim: Claim;
  readonly attempt: Attempt;
  readonly result: AttemptResult;
  readonly country?: string;
  /** Milliseconds since it was claimed, by our own clock; what came before is by Redis's. */
  readonly tookMs: number;
}

/** Puts one attempt, as it is about to be recorded, into the metrics. */
export function measureAttempt(metrics: Metrics, { claim, attempt, result, country, tookMs }: Measured): void {
  const { channel, account, n, queuedAt } = attempt;
  const { status, error, cost } = result;
  const place = { channel, account, country: country ?? NO_COUNTRY };
  metrics.attempts.inc({ ...place, status, kind: error?.kind ?? 'none' });
  if (cost) metrics.cost.inc(place, fromMicros(cost));
  const lateMs = claim.now - queuedAt;
  // A second try is late because the first one's worker has died: no word on the queue.
  if (claim.tries === 1) metrics.lateness.observe({ attempt: n === 1 ? 'first' : 'further' }, lateMs / 1_000);
  if (status === 'sent') metrics.timeToProvider.observe({ channel, account }, (lateMs + tookMs) / 1_000);
}
