import { describe, expect, it } from '@jest/globals';
import type { AccountConfig, ApplicationConfig, Config, Step } from '../config/config.js';
import type { Prices } from '../config/money.js';
import type { Channel } from '../providers/contract.js';
import { providers } from '../providers/registry.js';
import { cheapestOf, costOf } from './prices.js';
import { purchaseOf } from './purchase.js';

const account = (prices: Prices | undefined, test = false) =>
  ({ prices, provider: { test } }) as unknown as AccountConfig;

const at = (standard: number, countries: Record<string, number> = {}) => ({ default: standard, countries });

const config: Pick<Config, 'accounts' | 'routes'> = {
  accounts: new Map([
    ['dear', account({ sms: at(45_000, { DE: 75_000 }), voice: at(90_000) })],
    ['cheap', account({ sms: at(30_000, { DE: 80_000 }) })],
    ['unpriced', account(undefined)],
    ['box', account(undefined, true)],
  ]),
  routes: new Map([
    ['sms', { default: [{ account: 'dear' }, { account: 'cheap' }, { account: 'box' }], countries: {} }],
    ['voice', { default: [{ account: 'dear' }], countries: {} }],
    ['email', { default: [{ account: 'unpriced' }], countries: {} }],
  ]),
};

describe('costOf', () => {
  const sms = (text: string) => ({ channel: 'sms' as const, text });

  it('is the price of the country, else the default', () => {
    expect(costOf(config, 'dear', sms('hi'), 'DE')).toBe(75_000);
    expect(costOf(config, 'dear', sms('hi'), 'FR')).toBe(45_000);
    expect(costOf(config, 'dear', sms('hi'))).toBe(45_000);
    expect(costOf(config, 'dear', { channel: 'voice', text: 'hi' }, 'DE')).toBe(90_000);
  });

  it.each([
    ['a'.repeat(160), 1],
    ['a'.repeat(161), 2],
    ['a'.repeat(307), 3],
    ['ж'.repeat(70), 1],
    ['ж'.repeat(71), 2],
  ])('counts the parts of an SMS (%#)', (text, parts) => {
    expect(costOf(config, 'dear', sms(text), 'FR')).toBe(parts * 45_000);
    expect(costOf(config, 'dear', { channel: 'voice', text }, 'FR')).toBe(90_000);
  });

  it.each([
    ['geniq', { sms: { dataCoding: 'unicode' } }],
    ['qikberry', { sms: { type: 'U' } }],
    ['bics', { sms: { type: 'U' } }],
    ['smpp', { alphabet: 'latin1' }],
  ])('counts the parts as the settings have %s write them: %j', (use, settings) => {
    const provider = providers.find((one) => one.use === use);
    const own = { prices: { sms: at(45_000) }, provider, settings } as unknown as AccountConfig;
    const accounts = new Map([['own', own]]);
    expect(costOf({ accounts }, 'own', sms('Δ'.repeat(100)))).toBe(2 * 45_000);
    expect(costOf(config, 'dear', sms('Δ'.repeat(100)))).toBe(45_000);
  });

  it('is not known for accounts without a price, or that are gone', () => {
    expect(costOf(config, 'unpriced', sms('hi'))).toBeUndefined();
    expect(costOf(config, 'gone', sms('hi'))).toBeUndefined();
  });
});

describe('cheapestOf', () => {
  const plan = (country: string, mode: 'live' | 'test', ...channels: Channel[]) => ({
    steps: channels.map((channel) => ({ channel }) as Step),
    country,
    mode,
  });

  it('is the least over all accounts of all steps, for the country', () => {
    expect(cheapestOf(config, plan('FR', 'live', 'voice', 'sms'))).toBe(30_000);
    expect(cheapestOf(config, plan('DE', 'live', 'voice', 'sms'))).toBe(75_000);
    expect(cheapestOf(config, plan('DE', 'live', 'voice'))).toBe(90_000);
  });

  it('is nothing where one has no price: an inbox of a test, or an account that nobody has priced', () => {
    expect(cheapestOf(config, plan('FR', 'test', 'sms'))).toBe(0);
    expect(cheapestOf(config, plan('FR', 'live', 'sms', 'email'))).toBe(0);
  });
});

describe('purchaseOf', () => {
  const budget = { hour: 20, day: undefined, countries: { DE: { day: 50 }, default: { hour: 5 } } };
  const applications = {
    applications: new Map([['shop', { budget } as unknown as ApplicationConfig]]),
  };

  it('has the ceilings of its country, else the default ones', () => {
    const own = purchaseOf(applications, 'shop', 'DE', 7);
    expect(own).toMatchObject({ application: 'shop', country: 'DE', amount: 7 });
    expect(own?.ceilings).toEqual({
      spend_per_hour: 20,
      spend_per_day: undefined,
      country_spend_per_hour: undefined,
      country_spend_per_day: 50,
    });
    expect(purchaseOf(applications, 'shop', 'FR', 7)?.ceilings).toMatchObject({ country_spend_per_hour: 5 });
  });

  it('counts what has no country under a name of its own', () => {
    expect(purchaseOf(applications, 'shop', undefined, 7)).toMatchObject({ country: 'ZZ' });
  });

  it('is none without a budget, a price, or anything to pay', () => {
    expect(purchaseOf(applications, 'other', 'DE', 7)).toBeUndefined();
    expect(purchaseOf(applications, 'shop', 'DE', undefined)).toBeUndefined();
    expect(purchaseOf(applications, 'shop', 'DE', 0)).toBeUndefined();
  });
});
