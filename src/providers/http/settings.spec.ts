import { describe, expect, it } from '@jest/globals';
import type { SettingError } from '../../config/config.errors.js';
import { checked } from '../../config/validate.js';
import { HttpSettings } from './settings.js';

describe('an http account', () => {
  it.each([
    'http://shop:pass-word@127.0.0.1/send',
    'https://pass-word@gateway.example',
    'https://shop:pass-word@gateway.example?to={{to}}',
    'ftp://pass-word.example/send',
    'https:///pass-word',
  ])('is refused at start with the address %s', (url) => {
    const errors: SettingError[] = [];
    checked(HttpSettings, { url }, 'settings', errors);
    expect(errors.map(({ setting }) => setting)).toEqual(['settings.url']);
    expect(errors[0]!.message).toMatch(/no user name or password; send those in headers/);
    expect(JSON.stringify(errors)).not.toContain('pass-word');
  });

  it.each(['https://gateway.example', 'http://127.0.0.1:80/a@b', 'https://gateway.example?from=a@b'])(
    'starts with the address %s',
    (url) => {
      const errors: SettingError[] = [];
      checked(HttpSettings, { url }, 'settings', errors);
      expect(errors).toEqual([]);
    },
  );

  describe('with receipts', () => {
    const words = { status: 'state', delivered: ['DELIVRD'] };
    const callback = { body: { back: ['to {{ callback_url }}'] } };
    const secret = 'secret08';
    const errorsOf = (settings: object): string[] => {
      const errors: SettingError[] = [];
      checked(HttpSettings, { url: 'https://gateway.example', ...settings }, 'settings', errors);
      expect(JSON.stringify(errors)).not.toContain(secret);
      return errors.map(({ setting, message }) => `${setting}: ${message}`);
    };

    it.each([
      { ...callback, receipt: words },
      { url: 'https://gateway.example?back={{callback_url}}', receipt: words },
      { headers: { 'x-back': '{{callback_url}}' }, receipt: { ...words, secret } },
      { receipt: { ...words, id: 'id', secret } },
      { ...callback, receipt: { ...words, secret, signatureHeader: 'x-signature' } },
    ])('starts with %j', (settings) => {
      expect(errorsOf(settings)).toEqual([]);
    });

    it.each([
      ['without any proof', { receipt: { ...words, id: 'id' } }],
      ['without any way to tell their message', { receipt: { ...words, secret } }],
    ])('is refused at start %s', (_, settings) => {
      expect(errorsOf(settings)).toEqual([
        expect.stringMatching(/^settings\.receipt: needs \{\{callback_url\}\} in the request, or a secret and an id/),
      ]);
    });

    it('is refused at start with a signature that no secret makes', () => {
      expect(errorsOf({ ...callback, receipt: { ...words, signatureHeader: 'x-signature' } })).toEqual([
        'settings.receipt.signatureHeader: needs the secret that signatures are made with',
      ]);
    });
  });
});
