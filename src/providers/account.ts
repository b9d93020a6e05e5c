import { BrokenCircuitError, circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import type { Accepted, OutgoingMessage, Provider } from './contract.js';
import { ProviderError, type FailureKind } from './errors.js';

/** The vendor's fault, and likely to meet the next message too. */
const OUTAGE: ReadonlySet<FailureKind> = new Set(['unreachable', 'maybe_sent', 'throttled', 'quota', 'misconfigured']);
/** So many in a row are no accident; with half of them, a busy hour's unlucky ones would be. */
const OPENS_AFTER = 10;
/** One message tries again after this; so an account is back within twice this of the vendor's recovery. */
const PROBE_AFTER_MS = 5_000;

/** One configured account, with a circuit breaker of its own. */
export class Account {
  private readonly breaker = circuitBreaker(
    handleWhen((error) => error instanceof ProviderError && OUTAGE.has(error.kind)),
    { halfOpenAfter: PROBE_AFTER_MS, breaker: new ConsecutiveBreaker(OPENS_AFTER) },
  );
  private openedAt = 0;

  constructor(
    readonly name: string,
    readonly provider: Provider,
    private readonly timeoutMs: number,
  ) {
    this.breaker.onBreak(() => (this.openedAt = Date.now()));
  }

  /** The next message would be refused. Once it would be the one that tries again, not: perhaps nobody sends one. */
  get resting(): boolean {
    const { state } = this.breaker;
    return (
      state === CircuitState.HalfOpen || (state === CircuitState.Open && Date.now() - this.openedAt < PROBE_AFTER_MS)
    );
  }

  /**
   * Sends, or refuses at once while the vendor is out of order.
   * @param alone no other account is left: then even a resting one is worth a try
   * @throws ProviderError
   */
  async send(message: OutgoingMessage, alone: boolean): Promise<Accepted> {
    const call = () => this.provider.send(message, Date.now() + this.timeoutMs);
    // While one message probes, the library would let the others wait for its result.
    if (this.breaker.state === CircuitState.HalfOpen) return alone ? call() : refuse();
    try {
      return await this.breaker.execute(call);
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      return alone ? call() : refuse();
    }
  }
}

function refuse(): never {
  throw new ProviderError('unreachable', 'resting');
}
