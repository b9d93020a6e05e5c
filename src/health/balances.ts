import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from '../providers/account.js';
import type { Balance } from '../providers/contract.js';
import { ProviderError, type FailureKind } from '../providers/errors.js';

/** Whoever watches our health must not cost us a vendor's rate limit. */
const ASK_EVERY_MS = 60_000;
/** A page about health answers, whatever a vendor does. */
const WITHIN_MS = 3_000;

/** What a vendor has said of the money, or why it has not. */
export interface BalanceReading {
  /** When it was asked, in Unix milliseconds. */
  readonly at: number;
  readonly balance?: Balance;
  readonly error?: FailureKind;
}

/** Asks vendors for what is left, each account at most once a minute, however many want to know and whatever it says. */
export class Balances {
  private readonly readings = new Map<string, { readonly at: number; readonly reading: Promise<BalanceReading> }>();

  constructor(
    private readonly now: () => number,
    private readonly withinMs = WITHIN_MS,
  ) {}

  /** Undefined for an account whose vendor does not tell. */
  async of({ name, provider }: Pick<Account, 'name' | 'provider'>): Promise<BalanceReading | undefined> {
    if (!provider.balance) return undefined;
    const at = this.now();
    const known = this.readings.get(name);
    if (known && at - known.at < ASK_EVERY_MS) return known.reading;
    const reading = this.read(() => provider.balance?.(Date.now() + this.withinMs), at);
    this.readings.set(name, { at, reading });
    return reading;
  }

  private async read(ask: () => Promise<Balance> | undefined, at: number): Promise<BalanceReading> {
    const late = sleep(this.withinMs, undefined, { ref: false }).then(() => {
      throw new ProviderError('unreachable', 'timeout');
    });
    try {
      return { at, balance: await Promise.race([ask(), late]) };
    } catch (error) {
      return { at, error: error instanceof ProviderError ? error.kind : 'unknown' };
    }
  }
}
