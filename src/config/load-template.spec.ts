import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config.errors.js';
import { loadFile } from './load-file.js';

const HUSH = 'hush-0f3a9c';

const file = (templates: object, profiles: object = {}) => ({
  accounts: { gateway: { use: 'http', channels: ['sms'], settings: { url: 'http://10.0.0.9/send' } } },
  routes: { sms: { default: ['gateway'] } },
  applications: {
    shop: { keys: [{ id: 'shop-1', token: 'a-token-of-the-shop', mode: 'live' }] },
    other: { keys: [{ id: 'other-1', token: 'a-token-of-another', mode: 'live' }] },
  },
  templates,
  profiles,
});

function faults(templates: object, profiles?: object): string[] {
  try {
    loadFile(file(templates, profiles), {});
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n');
  }
}

const TEXTS = { texts: { en: '{{code}} it is', 'pt-BR': '{{code}} é' } };

describe('templates of the file', () => {
  it('have a name in their application', () => {
    expect(loadFile(file({ 'shop/login-sms': TEXTS }), {}).templates.get('shop/login-sms')).toEqual({
      id: 'file-login-sms',
      application: 'shop',
      name: 'login-sms',
      status: 'active',
      ...TEXTS,
    });
  });

  it.each<[string, object, RegExp]>([
    ['templates.nobody/login', { 'nobody/login': TEXTS }, /must be named <application>/],
    ['templates.shop/a/b', { 'shop/a/b': TEXTS }, /must be named <application>/],
    ['templates.shop/two words', { 'shop/two words': TEXTS }, /1 to 40 letters/],
    ['templates.shop/t', { 'shop/t': 'text' }, /must be a mapping/],
    ['templates.shop/t.texts', { 'shop/t': {} }, /must be an object/],
    ['templates.shop/t.texts', { 'shop/t': { texts: {} } }, /1 to 30/],
    ['templates.shop/t.colour', { 'shop/t': { ...TEXTS, colour: HUSH } }, /not a known setting/],
    ['templates.shop/t.texts.en', { 'shop/t': { texts: { en: HUSH } } }, /must hold {{code}}/],
    ['templates.shop/t.texts.en', { 'shop/t': { texts: { en: 7 } } }, /at most 500/],
    ['templates.shop/t.texts.en', { 'shop/t': { texts: { en: `{{code}}${'x'.repeat(493)}` } } }, /at most 500/],
    ['templates.shop/t.texts.english', { 'shop/t': { texts: { english: '{{code}}' } } }, /language tag/],
    ['templates.shop/t.texts.EN', { 'shop/t': { texts: { en: '{{code}}', EN: '{{code}}' } } }, /same language/],
  ])('are refused for a wrong %s', (setting, templates, message) => {
    const found = faults(templates);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
    expect(found[0]?.split(': ')[0]).toBe(setting);
    expect(found[0]).not.toContain(HUSH);
  });

  it('are what profiles of their application may name', () => {
    const sms = { channel: 'sms', template: 'login' };
    const profile = (name: string) => ({ [name]: { channels: [sms], defaults: { template: 'login' } } });
    expect(faults({ 'shop/login': TEXTS }, profile('shop/p'))).toEqual([]);
    const message = 'must hold {{code}}, or be the name of a template in this file';
    expect(faults({ 'shop/login': TEXTS }, profile('other/p'))).toEqual([
      `profiles.other/p.channels.0.template: ${message}`,
      `profiles.other/p.defaults.template: ${message}`,
    ]);
  });
});
