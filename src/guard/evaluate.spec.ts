import { describe, expect, it } from '@jest/globals';
import { evaluate, type Candidate } from './evaluate.js';
import { compose } from './guard-book.js';
import type { GuardSettings, ListEntry } from './policy.js';

const NOW = 1_000_000;
const german: Candidate = {
  kind: 'phone',
  address: '+4915112345678',
  hash: 'hash-of-the-german',
  country: 'DE',
  type: 'MOBILE',
  channels: ['sms', 'voice'],
  mode: 'live',
};
const entry = (more: Partial<ListEntry>): ListEntry => ({
  id: 'e',
  action: 'block',
  kind: 'prefix',
  value: '+49151',
  ...more,
});

const verdict = (settings: GuardSettings, more: Partial<Candidate> = {}) =>
  evaluate(compose(settings, {}), { ...german, ...more }, NOW);
const refusedBy = (settings: GuardSettings, more: Partial<Candidate> = {}) => verdict(settings, more).refused?.rule;

describe('rules without a memory', () => {
  it.each<[string, string | undefined, GuardSettings, Partial<Candidate>]>([
    ['an ordinary number', undefined, {}, {}],
    ['a premium number', 'line_type', {}, { type: 'PREMIUM_RATE' }],
    ['a shared-cost number', 'line_type', {}, { type: 'SHARED_COST' }],
    ['a number that follows a person', 'line_type', {}, { type: 'PERSONAL_NUMBER' }],
    ['a number of a company', 'line_type', {}, { type: 'UAN' }],
    ['a pager', 'line_type', {}, { type: 'PAGER' }],
    ['a voice mailbox', 'line_type', {}, { type: 'VOICEMAIL' }],
    ['a pager where they are allowed', undefined, { lineTypes: { personal: 'off' } }, { type: 'PAGER' }],
    ['a satellite number', 'line_type', {}, { address: '+881612345678', country: undefined }],
    ['a number that no plan has', 'line_type', {}, { type: undefined }],
    ['a landline', undefined, {}, { type: 'FIXED_LINE' }],
    ['a number that may be either', undefined, {}, { type: 'FIXED_LINE_OR_MOBILE' }],
    ['a premium number where they are allowed', undefined, { lineTypes: { premium: 'off' } }, { type: 'PREMIUM_RATE' }],
    ['a number of a test key', undefined, {}, { type: undefined, mode: 'test' }],
    ['an e-mail address', undefined, {}, { kind: 'email', type: undefined, country: undefined }],
    ['a blocked country', 'country', { countries: { all: { DE: 'block' }, channels: {} } }, {}],
    ['another country', undefined, { countries: { all: { DE: 'block' }, channels: {} } }, { country: 'FR' }],
    ['a country not named', 'country', { countries: { all: { default: 'block', FR: 'allow' }, channels: {} } }, {}],
    [
      'an e-mail address although unnamed countries are blocked',
      undefined,
      { countries: { all: { default: 'block' }, channels: {} } },
      { kind: 'email', country: undefined },
    ],
    [
      'a country blocked on all channels of the plan',
      'country',
      { countries: { all: {}, channels: { sms: { DE: 'block' } } } },
      { channels: ['sms'] },
    ],
    ['a blocked prefix', 'list', { entries: [entry({})] }, {}],
    ['a prefix blocked until now', undefined, { entries: [entry({ expiresAt: NOW })] }, {}],
    ['a prefix blocked a little longer', 'list', { entries: [entry({ expiresAt: NOW + 1 })] }, {}],
    ['a blocked number', 'list', { entries: [entry({ kind: 'number', value: german.hash })] }, {}],
    [
      'an address of a blocked range',
      'list',
      { entries: [entry({ kind: 'ip_range', value: '10.0.0.0/8' })] },
      { clientIp: '::ffff:10.1.2.3' },
    ],
    [
      'an address outside',
      undefined,
      { entries: [entry({ kind: 'ip_range', value: '10.0.0.0/8' })] },
      { clientIp: '11.1.2.3' },
    ],
    ['nobody’s address', undefined, { entries: [entry({ kind: 'ip_range', value: '10.0.0.0/8' })] }, {}],
    [
      'an allowed number of a blocked prefix',
      undefined,
      { entries: [entry({}), entry({ action: 'allow', kind: 'number', value: german.hash })] },
      {},
    ],
    [
      'an allowed longer prefix of a blocked one',
      undefined,
      { entries: [entry({}), entry({ action: 'allow', value: '+4915112' })] },
      {},
    ],
    [
      'a prefix that is allowed and blocked',
      'list',
      { entries: [entry({ action: 'allow' }), entry({ action: 'block' })] },
      {},
    ],
    [
      'an allowed prefix in a blocked country',
      undefined,
      { entries: [entry({ action: 'allow' })], countries: { all: { DE: 'block' }, channels: {} } },
      {},
    ],
  ])('%s → %s', (_, rule, settings, more) => {
    expect(refusedBy(settings, more)).toBe(rule);
  });

  it('tell until when an entry holds', () => {
    expect(verdict({ entries: [entry({ expiresAt: NOW + 5 })] }).refused?.until).toBe(NOW + 5);
  });

  it('tell what monitored rules would have refused, and refuse nothing', () => {
    const settings: GuardSettings = {
      lineTypes: { premium: 'monitor' },
      countries: { all: { DE: 'monitor' }, channels: {} },
    };
    const { refused, monitored } = verdict(settings, { type: 'PREMIUM_RATE' });
    expect(refused).toBeUndefined();
    expect(monitored.map(({ rule, mode }) => [rule, mode])).toEqual([
      ['line_type', 'monitor'],
      ['country', 'monitor'],
    ]);
  });

  it('take a channel out of the plan where only that one is blocked', () => {
    const settings: GuardSettings = { countries: { all: {}, channels: { voice: { DE: 'block' } } } };
    expect(verdict(settings)).toMatchObject({ denied: ['voice'], filtered: false });
    expect(verdict(settings).refused).toBeUndefined();
    expect(verdict(settings, { country: 'FR' }).denied).toEqual([]);
  });

  it('filter when country or channel says so, and trust who is on a list', () => {
    expect(verdict({ countries: { all: { DE: 'filter' }, channels: {} } }).filtered).toBe(true);
    expect(verdict({ countries: { all: {}, channels: { sms: { default: 'filter' } } } }).filtered).toBe(true);
    const trusted = {
      countries: { all: { DE: 'filter' }, channels: {} },
      entries: [entry({ action: 'allow' })],
    } as const;
    expect(verdict(trusted)).toMatchObject({ trusted: true, filtered: false });
  });
});
