import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config.errors.js';
import { loadFile } from './load-file.js';

const SETTINGS = { url: 'http://10.0.0.9/send', body: { to: '{{to}}' } };

const file = (price?: unknown, budget?: unknown, currency: unknown = 'EUR') => ({
  accounts: {
    gateway: { use: 'http', channels: ['sms', 'voice'], settings: SETTINGS, price },
    box: { use: 'sandbox' },
  },
  applications: { shop: { budget } },
  currency,
});

function faults(yaml: unknown): string[] {
  try {
    loadFile(yaml, {});
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.errors.map(({ setting, message }) => `${setting}: ${message}`);
  }
}

const pricesOf = (price: unknown) => loadFile(file(price), {}).accounts.get('gateway')?.prices;
const budgetOf = (budget: unknown) => loadFile(file(0.05, budget), {}).applications.get('shop')?.budget;

describe('prices', () => {
  const everywhere = { default: 45_000, countries: {} };

  it('are one amount, amounts by country, or either by channel', () => {
    expect(pricesOf(0.045)).toEqual({ sms: everywhere, voice: everywhere });
    const byCountry = { default: 45_000, countries: { DE: 75_000, NO: 1 } };
    expect(pricesOf({ default: 0.045, DE: 0.075, NO: 0.000001 })).toEqual({ sms: byCountry, voice: byCountry });
    expect(pricesOf({ sms: 0.045, voice: { default: 0, DE: 0.1 } })).toEqual({
      sms: everywhere,
      voice: { default: 0, countries: { DE: 100_000 } },
    });
    expect(pricesOf(undefined)).toBeUndefined();
  });

  it.each<[unknown, string, RegExp]>([
    ['0.045', '', /must be an amount/],
    [null, '', /must be an amount/],
    [-1, '', /must be an amount/],
    [0.0000001, '', /must be an amount of at least 0 with six decimals/],
    [Infinity, '', /must be an amount/],
    [{ DE: 0.1 }, '.default', /is needed; 0 says that it costs nothing/],
    [{ default: 0.1, UK: 0.1 }, '.UK', /must be a country with phone numbers/],
    [{ default: 0.1, de: 0.1 }, '.de', /must be a country with phone numbers/],
    [{ default: 0.1, DE: 'x' }, '.DE', /must be an amount/],
    [{ sms: 0.1 }, '.voice', /is needed/],
    [{ sms: 0.1, voice: { DE: 0.1 } }, '.voice.default', /is needed/],
    [{ sms: 0.1, voice: 0.1, viber: 0.1 }, '.viber', /is not a channel of this account/],
    [{ sms: 0.1, voice: 0.1, DE: 0.1 }, '.DE', /is not a channel of this account/],
  ])('refuse %j, naming the setting', (price, below, message) => {
    const found = faults(file(price));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^accounts\\.gateway\\.price${below.replace('.', '\\.')}: ${message.source}`));
  });
});

describe('budgets', () => {
  it('have ceilings over everything and by country', () => {
    expect(budgetOf({ hour: 20, day: 200.5, countries: { DE: { day: 50 }, default: { hour: 0 } } })).toEqual({
      hour: 20_000_000,
      day: 200_500_000,
      countries: { DE: { hour: undefined, day: 50_000_000 }, default: { hour: 0, day: undefined } },
    });
    expect(budgetOf({ countries: { DE: { day: 50 } } })).toMatchObject({ hour: undefined, day: undefined });
    expect(budgetOf(undefined)).toBeUndefined();
  });

  it.each<[unknown, string, RegExp]>([
    [200, '', /must be a mapping/],
    [null, '', /must be a mapping/],
    [{ hour: null, day: 1 }, '.hour', /must be an amount/],
    [{ day: 1, countries: { DE: { day: null } } }, '.countries.DE.day', /must be an amount/],
    [{}, '', /has no ceiling/],
    [{ countries: { DE: {} } }, '', /has no ceiling/],
    [{ week: 1 }, '.week', /is not a known setting/],
    [{ hour: '20' }, '.hour', /must be an amount/],
    [{ day: 1, countries: { UK: { day: 1 } } }, '.countries.UK', /must be a country with phone numbers/],
    [{ day: 1, countries: { DE: 50 } }, '.countries.DE', /must be a mapping/],
    [{ day: 1, countries: { DE: { month: 50 } } }, '.countries.DE.month', /is not a known setting/],
  ])('refuse %j, naming the setting', (budget, below, message) => {
    const found = faults(file(0.05, budget));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(
      new RegExp(`^applications\\.shop\\.budget${below.replaceAll('.', '\\.')}: ${message.source}`),
    );
  });

  it('want a price of every account that reaches people: what is not counted goes beyond a ceiling', () => {
    expect(faults(file(undefined, { day: 1 }))).toEqual([
      expect.stringMatching(/^accounts\.gateway\.price: is needed/),
    ]);
    expect(faults(file(undefined))).toEqual([]);
    expect(faults(file(0, { day: 1 }))).toEqual([]);
  });
});

describe('the currency', () => {
  it('is one that there is, and needed beside prices and budgets', () => {
    expect(loadFile(file(0.1), {}).currency).toBe('EUR');
    expect(faults(file(0.1, undefined, null))).toEqual([expect.stringMatching(/^currency: is needed/)]);
    expect(faults(file(0.1, { day: 1 }, null))).toEqual([expect.stringMatching(/^currency: is needed/)]);
    expect(faults(file(0.1, undefined, 'EURO'))).toEqual(['currency: must be a currency code like EUR']);
    expect(faults(file(undefined, undefined, null))).toEqual([]);
  });
});
