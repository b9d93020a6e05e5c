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
  /** Outages since the last message that came through. */
  private failures = 0;
  /** Undefined while it is in use. By a clock that nobody sets. */
  private restsUntil?: number;
  private probing = false;

  constructor(
    readonly name: string,
    readonly provider: Provider,
    private readonly timeoutMs: number,
  ) {}

  /** The next message would be refused. Once it would be the one that tries again, not: perhaps nobody sends one. */
  get resting(): boolean {
    return this.restsUntil !== undefined && (this.probing || performance.now() < this.restsUntil);
  }

  /**
   * Sends, or refuses at once while the vendor is out of order.
   * @param alone no other account is left: then even a resting one is worth a try
   * @throws ProviderError
   */
  async send(message: OutgoingMessage, alone: boolean): Promise<Accepted> {
    const call = () => this.provider.send(message, Date.now() + this.timeoutMs);
    if (this.resting) return alone ? call() : refuse();
    return this.restsUntil === undefined ? this.count(call) : this.probe(call);
  }

  private async count(call: () => Promise<Accepted>): Promise<Accepted> {
    try {
      const accepted = await call();
      this.failures = 0;
      return accepted;
    } catch (error) {
      if (isOutage(error) && ++this.failures >= OPENS_AFTER && this.restsUntil === undefined) this.rest();
      throw error;
    }
  }

  /** Whatever is no outage shows that the vendor is back. */
  private async probe(call: () => Promise<Accepted>): Promise<Accepted> {
    this.probing = true;
    try {
      const accepted = await call();
      this.use();
      return accepted;
    } catch (error) {
      if (isOutage(error)) this.rest();
      else this.use();
      throw error;
    } finally {
      this.probing = false;
    }
  }

  private rest(): void {
    this.restsUntil = performance.now() + PROBE_AFTER_MS;
  }

  private use(): void {
    this.failures = 0;
    this.restsUntil = undefined;
  }
}

const isOutage = (error: unknown): boolean => error instanceof ProviderError && OUTAGE.has(error.kind);

function refuse(): never {
  throw new ProviderError('unreachable', 'resting');
}
