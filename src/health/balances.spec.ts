import { describe, expect, it } from '@jest/globals';
import type { Balance } from '../providers/contract.js';
import { ProviderError } from '../providers/errors.js';
import { Balances } from './balances.js';

describe('Balances', () => {
  const account = (name: string, balance?: (deadline: number) => Promise<Balance>) => ({
    name,
    provider: { send: () => Promise.resolve({}), balance },
  });

  it('asks each account once a minute, however many want to know', async () => {
    let [now, asked] = [1_000, 0];
    const balances = new Balances(() => now);
    const counting = account('counting', () => Promise.resolve({ amount: ++asked }));
    const other = account('other', () => Promise.resolve({ amount: 7, currency: 'EUR' }));
    const first = { at: 1_000, balance: { amount: 1 } };
    expect(await Promise.all([balances.of(counting), balances.of(counting)])).toEqual([first, first]);
    now += 59_999;
    expect(await balances.of(counting)).toEqual(first);
    expect(await balances.of(other)).toEqual({ at: 60_999, balance: { amount: 7, currency: 'EUR' } });
    now += 1;
    expect(await balances.of(counting)).toEqual({ at: 61_000, balance: { amount: 2 } });
  });

  it('does not ask a vendor more often because it fails', async () => {
    let asked = 0;
    const balances = new Balances(() => 1_000);
    const failing = account('failing', () => {
      asked++;
      return Promise.reject(new ProviderError('misconfigured', 'unauthorized'));
    });
    for (let i = 0; i < 3; i++) expect(await balances.of(failing)).toEqual({ at: 1_000, error: 'misconfigured' });
    expect(asked).toBe(1);
  });

  it('tells no more of a fault of ours than that', async () => {
    const faulty = account('faulty', () => Promise.reject(new TypeError('of +14155550100')));
    expect(await new Balances(() => 1_000).of(faulty)).toEqual({ at: 1_000, error: 'unknown' });
  });

  it('does not wait for a vendor that never answers', async () => {
    const hung = account('hung', () => new Promise<never>(() => undefined));
    expect(await new Balances(() => 1_000, 20).of(hung)).toEqual({ at: 1_000, error: 'unreachable' });
  });

  it('knows that some vendors do not tell', async () => {
    expect(await new Balances(() => 1_000).of(account('silent'))).toBeUndefined();
  });
});
