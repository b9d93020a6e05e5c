import { ProviderError } from '../errors.js';

export interface Token {
  readonly value: string;
  /** Unix milliseconds by GENIQ's clock; not a number when it could not be read. */
  readonly expires: number;
}

/** A token request that takes longer is of no use to any message. Its own limit: it serves more than who asked first. */
const REQUEST_WITHIN_MS = 5_000;
/** Renewed so long before it ends, or at nine tenths of a short life: no message waits for the renewal. */
const RENEW_BEFORE_MS = 60_000;
/** While the old token lives, a renewal that failed is tried again no sooner. */
const RENEW_AGAIN_MS = 5_000;

/**
 * The token of one account in one process. One request at a time, whoever asks: messages that need its result share
 * it, each until its own deadline. Other processes hold tokens of their own.
 */
export class Tokens {
  private current?: { readonly value: string; readonly expires: number; renewAt: number };
  private renewal?: Promise<string>;

  constructor(
    private readonly request: (deadline: number) => Promise<Token>,
    private readonly clock: () => number = Date.now,
  ) {}

  /** Nobody has to wait for one now. */
  get ready(): boolean {
    return this.current !== undefined && this.clock() < this.current.expires;
  }

  /**
   * @param deadline Unix milliseconds
   * @throws ProviderError never `maybe_sent`: without a token no message has left
   */
  async get(deadline: number): Promise<string> {
    const { current } = this;
    const now = this.clock();
    if (!current || !this.ready) return within(deadline, this.renew());
    if (now >= current.renewAt) {
      current.renewAt = now + RENEW_AGAIN_MS;
      this.renew().catch(() => undefined);
    }
    return current.value;
  }

  /** The token to use instead of one that GENIQ has refused; a new one, unless another message got it already. */
  async instead(refused: string, deadline: number): Promise<string> {
    if (this.current?.value === refused) this.current = undefined;
    return this.get(deadline);
  }

  private renew(): Promise<string> {
    this.renewal ??= this.request(Date.now() + REQUEST_WITHIN_MS)
      .then((token) => this.keep(token))
      .finally(() => (this.renewal = undefined));
    return this.renewal;
  }

  private keep({ value, expires }: Token): string {
    const now = this.clock();
    // An end that cannot be read or is past is no help (one of the clocks is wrong): GENIQ says when it is over.
    const life = expires > now ? expires - now : Infinity;
    this.current = { value, expires: now + life, renewAt: now + life - Math.min(RENEW_BEFORE_MS, life / 10) };
    return value;
  }
}

/** @throws ProviderError `unreachable` when it takes longer than until `deadline` */
async function within<T>(deadline: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ProviderError('unreachable', 'token_timeout'));
    }, deadline - Date.now());
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
