import { describe, expect, it } from '@jest/globals';
import { settingsFrom } from '../said.js';
import { compose } from '../guard-book.js';
import { faultsOf, isReserved, OWN_RULES } from './own-rules.js';
import type { RulePatch } from './rule.schema.js';

const find = (id: string) => OWN_RULES.find((rule) => rule.id === id)!;

const PATCHES: [string, RulePatch][] = [
  ['pumping_prefix', { mode: 'off' }],
  ['pumping_country', { mode: 'monitor' }],
  ['unverified_share', { mode: 'monitor' }],
  ['countries_per_ip', { mode: 'monitor' }],
  ['line_type', { modes: { satellite: 'off', unallocated: 'monitor' } }],
  ['country', { countries: { default: 'block', DE: 'allow' }, channels: { voice: { DE: 'filter' } } }],
];

describe('the guard’s own rules', () => {
  it('are all there', () => {
    expect(OWN_RULES.map(({ id }) => id)).toEqual(PATCHES.map(([id]) => id));
  });

  it.each(PATCHES)('%s works as it was told', (id, patch) => {
    const rule = find(id);
    const said = rule.said(patch);
    expect(rule.view(compose({}, settingsFrom([], said, {})))).toMatchObject(patch);
    // What can be said can be taken back.
    expect(rule.fields).toEqual(expect.arrayContaining(Object.keys(said)));
  });

  it.each(PATCHES)('%s is the file’s where the file says it', (id, patch) => {
    const rule = find(id);
    const file = settingsFrom([], rule.said(patch), {});
    expect(rule.isDeclared(compose(file, {}))).toBe(true);
    expect(rule.isDeclared({})).toBe(false);
  });

  it('refuse what is not theirs, and countries that are none', () => {
    expect(faultsOf(find('pumping_prefix'), { mode: 'off' })).toEqual([]);
    const fields = (id: string, patch: RulePatch) => faultsOf(find(id), patch).map(({ field }) => field);
    expect(fields('pumping_prefix', { limits: ['1/1s'], status: 'active' })).toEqual(['limits', 'status']);
    expect(fields('line_type', { mode: 'off' })).toEqual(['mode']);
    expect(fields('country', { countries: { XX: 'block', DE: 'block' }, channels: { sms: { YY: 'block' } } })).toEqual([
      'countries.XX',
      'channels.sms.YY',
    ]);
  });

  it('keep their names for themselves', () => {
    const limits = ['sends_per_number', 'send_wait', 'gets_per_key', 'spend_per_day'];
    for (const name of ['country', 'pumping_prefix', 'list', ...limits]) expect(isReserved(name)).toBe(true);
    expect(isReserved('sessions')).toBe(false);
  });
});
