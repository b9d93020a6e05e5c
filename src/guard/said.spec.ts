import { describe, expect, it } from '@jest/globals';
import type { StoredRule } from '../store/rule.store.js';
import { settingsFrom } from './said.js';

const rule: StoredRule = {
  id: '1',
  application: 'shop',
  name: 'sessions',
  key: 'limit_key',
  limit_key: 'session',
  limits: ['2/10s', '5/1h'],
  mode: 'monitor',
  status: 'active',
};

describe('what was said about the guard', () => {
  it('is read from what Redis keeps', () => {
    const said = {
      pumping_prefix: 'monitor',
      'line_type:premium': 'off',
      'country:all': '{"DE":"block"}',
      'country:channels': '{"sms":{"FR":"filter"}}',
    };
    expect(settingsFrom([rule, { ...rule, id: '2', status: 'inactive' }], said, {})).toEqual({
      limits: [
        {
          id: '1',
          name: 'sessions',
          key: 'limit_key',
          limitKey: 'session',
          limits: [
            { count: 2, seconds: 10 },
            { count: 5, seconds: 3_600 },
          ],
          mode: 'monitor',
        },
      ],
      pumping: { pumping_prefix: 'monitor' },
      lineTypes: { premium: 'off' },
      countries: { all: { DE: 'block' }, channels: { sms: { FR: 'filter' } } },
    });
  });

  it('leaves to the file what the file says', () => {
    const said = {
      pumping_prefix: 'off',
      pumping_country: 'monitor',
      'line_type:premium': 'off',
      'country:all': '{"DE":"allow"}',
    };
    const file = {
      pumping: { pumping_prefix: 'enforce' },
      lineTypes: { satellite: 'monitor' },
      countries: { all: { default: 'block' }, channels: {} },
    } as const;
    expect(settingsFrom([], said, file)).toEqual({ limits: [], pumping: { pumping_country: 'monitor' } });
  });

  it('counts where the file says nothing', () => {
    const file = { limits: [], pumping: {}, lineTypes: {}, countries: { all: {}, channels: {} } };
    const said = { 'line_type:premium': 'off', 'country:all': '{"DE":"block"}' };
    expect(settingsFrom([], said, file)).toMatchObject({
      lineTypes: { premium: 'off' },
      countries: { all: { DE: 'block' } },
    });
  });

  it('does not know words of another version', () => {
    expect(settingsFrom([], { pumping_prefix: 'rage', 'line_type:premium': 'toString' }, {})).toMatchObject({
      pumping: {},
      lineTypes: {},
    });
  });
});
