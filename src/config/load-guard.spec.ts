import { describe, expect, it } from '@jest/globals';
import { compose } from '../guard/guard-book.js';
import type { SettingError } from './config.errors.js';
import { loadGuard } from './load-guard.js';

const HUSH = 'hush-0f3a9c';

const load = (value: unknown, limitsOff = false) => {
  const errors: SettingError[] = [];
  return { settings: loadGuard(value, limitsOff, 'guard', errors), errors };
};

describe('the guard of an application', () => {
  it('enforces everything where nothing is said', () => {
    const { pumping, lineTypes, limits } = compose(load(undefined).settings, {});
    expect([...Object.values(pumping), ...Object.values(lineTypes)].every((mode) => mode === 'enforce')).toBe(true);
    expect(limits).toEqual([]);
  });

  it('refuses nothing with limits: off, but for what is named', () => {
    const { settings } = load({ pumping: { pumping_prefix: 'monitor' }, line_types: { premium: 'enforce' } }, true);
    const { pumping, lineTypes } = compose(settings, {});
    expect(pumping).toMatchObject({ pumping_prefix: 'monitor', pumping_country: 'off', countries_per_ip: 'off' });
    expect(lineTypes).toMatchObject({ premium: 'enforce', unallocated: 'off' });
  });

  it('takes limits with several windows, by the name of a key where it is one of the caller', () => {
    const rules = [
      { name: 'session', key: 'limit_key', limits: ['2/10s', '5/1h'] },
      { name: 'address', key: 'client_ip', limits: '20/1h', mode: 'monitor' },
    ];
    const { settings, errors } = load({ rules });
    expect(errors).toEqual([]);
    expect(settings.limits).toMatchObject([
      {
        id: 'file-session',
        key: 'limit_key',
        limitKey: 'session',
        mode: 'enforce',
        limits: [
          { count: 2, seconds: 10 },
          { count: 5, seconds: 3_600 },
        ],
      },
      { id: 'file-address', key: 'client_ip', mode: 'monitor', limits: [{ count: 20, seconds: 3_600 }] },
    ]);
    expect(settings.limits?.[1]?.limitKey).toBeUndefined();
  });

  it('takes modes of countries, for all channels and for single ones, and `off` as YAML reads it', () => {
    const { settings, errors } = load({
      pumping: { pumping_country: false },
      countries: { default: 'allow', AZ: 'filter', channels: { voice: { default: 'block', DE: 'allow' } } },
    });
    expect(errors).toEqual([]);
    expect(settings.pumping?.pumping_country).toBe('off');
    expect(settings.countries).toEqual({
      all: { default: 'allow', AZ: 'filter' },
      channels: { voice: { default: 'block', DE: 'allow' } },
    });
  });

  it.each<[string, unknown]>([
    ['guard', HUSH],
    [`guard.${HUSH}`, { [HUSH]: 1 }],
    ['guard.rules.0.limits', { rules: [{ name: 'x', key: 'prefix', limits: [HUSH] }] }],
    ['guard.rules.0.limits', { rules: [{ name: 'x', key: 'prefix', limits: 'off' }] }],
    ['guard.rules.0.limits', { rules: [{ name: 'x', key: 'prefix' }] }],
    ['guard.rules.0.key', { rules: [{ name: 'x', key: HUSH, limits: '1/1s' }] }],
    ['guard.rules.0.mode', { rules: [{ name: 'x', key: 'prefix', limits: '1/1s', mode: HUSH }] }],
    ['guard.rules.0.limit_key', { rules: [{ name: 'x', key: 'prefix', limits: '1/1s', limit_key: 'y' }] }],
    ['guard.rules.1.name', { rules: Array(2).fill({ name: 'x', key: 'prefix', limits: '1/1s' }) }],
    ['guard.pumping.pumping_prefix', { pumping: { pumping_prefix: HUSH } }],
    [`guard.pumping.${HUSH}`, { pumping: { [HUSH]: 'off' } }],
    ['guard.line_types.satellite', { line_types: { satellite: HUSH } }],
    ['guard.countries.AZ', { countries: { AZ: HUSH } }],
    ['guard.countries.UK', { countries: { UK: 'block' } }],
    [`guard.countries.${HUSH}`, { countries: { [HUSH]: 'block' } }],
    ['guard.countries.channels', { countries: { channels: HUSH } }],
    [`guard.countries.channels.${HUSH}`, { countries: { channels: { [HUSH]: {} } } }],
    ['guard.countries.channels.sms', { countries: { channels: { sms: HUSH } } }],
    ['guard.countries.channels.sms.AZ', { countries: { channels: { sms: { AZ: HUSH } } } }],
  ])('refuses a wrong %s, and does not repeat it', (setting, value) => {
    const { errors } = load(value);
    expect(errors.map((error) => error.setting)).toEqual([setting]);
    expect(errors[0]?.message).not.toContain(HUSH);
  });
});
