import { describe, expect, it } from '@jest/globals';
import { writeSms } from '../providers/text/sms.js';
import { renderText } from './render-text.js';

const TRANSACTION = { amount: '12.50', currency: 'EUR', payee: 'Book shop' };

type Input = Parameters<typeof renderText>[0];

const render = (input: Partial<Input> = {}, facts: Input['facts'] = {}): string =>
  renderText({ facts, locale: 'en', channel: 'sms', code: '042137', secondsLeft: 300, ...input });

describe('renderText', () => {
  it('begins with the code, because phones show the start of a message', () => {
    expect(render()).toBe('042137 is your verification code. It expires in 5 min. Do not share it.');
  });

  it.each(['en', 'de', 'es', 'fr', 'it', 'pt', 'nl', 'pl'])('knows plain and transaction texts in %s', (locale) => {
    const plain = render({ locale });
    const payment = render({ locale }, { transaction: TRANSACTION });
    for (const text of [plain, payment]) {
      expect(text).toMatch(/^042137 /);
      expect(text).not.toMatch(/[{}]/);
    }
    expect(payment).toContain('12.50 EUR');
    expect(payment).toContain('Book shop');
    expect(plain === render()).toBe(locale === 'en');
  });

  it.each([
    ['de-AT', 'Bestätigungscode'],
    ['pt_BR', 'verificação'],
    ['DE', 'Bestätigungscode'],
    ['xx', 'is your verification code'],
  ])('reads the language of %s', (locale, words) => {
    expect(render({ locale })).toContain(words);
  });

  it.each(['en', 'de', 'es', 'fr', 'it', 'pt', 'nl', 'pl'])(
    'costs one part in %s, however long code and life',
    (locale) => {
      for (const [code, secondsLeft] of [
        ['04213798', 600],
        ['042137980421', 86_400],
      ] as const) {
        expect(writeSms(render({ locale, code, secondsLeft }), 10).parts).toHaveLength(1);
      }
    },
  );

  it.each([
    [300, '5'],
    [299, '5'],
    [90, '2'],
    [89, '1'],
    [30, '1'],
    [1, '1'],
    [0, '1'],
    [86_400, '1440'],
  ])('says of %i s left that they are %s min', (secondsLeft, minutes) => {
    expect(render({ template: '{{minutes}}', secondsLeft })).toBe(minutes);
  });

  it('fills a template of the caller, and leaves what it does not know', () => {
    expect(render({ template: '{{ code }}/{{code}} {{name}} {code} {{}}' })).toBe('042137/042137 {{name}} {code} {{}}');
    expect(render({ template: '{{constructor}} {{toString}} {{__proto__}}' })).toBe(
      '{{constructor}} {{toString}} {{__proto__}}',
    );
  });

  it('fills in the payment, once: what a payee is called is no template', () => {
    const transaction = { ...TRANSACTION, payee: '{{code}} $& $1' };
    expect(render({ template: '{{payee}}: {{amount}}' }, { transaction })).toBe('{{code}} $& $1: 12.50');
  });

  it('speaks the characters one by one in calls, and only there', () => {
    expect(render({ channel: 'voice', template: '{{code}}' })).toBe('0, 4, 2, 1, 3, 7');
    expect(render({ channel: 'voice', template: '{{code}}', code: 'A2B3' })).toBe('A, 2, B, 3');
    expect(render({ channel: 'voice', template: '{{code}}', locale: 'ja-JP' })).toBe('0、4、2、1、3、7');
    for (const channel of ['sms', 'whatsapp', 'viber', 'rcs', 'telegram', 'email'] as const) {
      expect(render({ channel, template: '{{code}}' })).toBe('042137');
    }
  });

  it('ends an SMS with what the phone looks for, and no other message', () => {
    const origin = { autofill: { origin: 'login.example.com' } };
    expect(render({ template: 'Hi {{code}}' }, origin)).toBe('Hi 042137\n\n@login.example.com #042137');
    expect(render({ template: 'Hi {{code}}' }, { autofill: { app_hash: 'FA+9qCX9VSu' } })).toBe(
      'Hi 042137\n\nFA+9qCX9VSu',
    );
    expect(render({ template: 'Hi {{code}}', channel: 'whatsapp' }, origin)).toBe('Hi 042137');
  });
});
