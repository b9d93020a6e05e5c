/** Starts of which one field is wrong: tables for `bad-input.spec.ts`. */

export const SMS = { channel: 'sms' };
/** A start in which nothing is wrong. */
export const VALID = { to: '+14155550100', channels: [SMS] };
export const PAYMENT = { amount: '12.50', currency: 'EUR', payee: 'Book shop' };

export type Body = Record<string, unknown>;
/** The field that is wrong, and a start in which it is (what is set to undefined is left out). */
type Case = readonly [field: string, change: Body];

const step = (change: Body): Body => ({ channels: [{ ...SMS, ...change }] });
const payment = (change: Body): Body => ({ transaction: { ...PAYMENT, ...change } });

export const WRONG_TYPES: Case[] = [
  ['to', { to: 14155550100 }],
  ['to', { to: ['+14155550100'] }],
  ['to', { to: undefined }],
  ['country', { country: 49 }],
  ['profile', { profile: ['login'], channels: undefined }],
  ['channels', { channels: 'sms' }],
  ['channels', { channels: SMS }],
  ['channels.0', { channels: ['sms'] }],
  ['channels.0.channel', { channels: [{}] }],
  ['channels.0.wait', step({ wait: '30' })],
  ['channels.0.wait', step({ wait: 30.5 })],
  ['locale', { locale: null }],
  ['code_length', { code_length: '6' }],
  ['ttl', { ttl: true }],
  ['max_checks', { max_checks: [5] }],
  ['code', { code: 123456 }],
  ['reference', { reference: {} }],
  ['metadata', { metadata: [] }],
  ['metadata.order', { metadata: { order: 7 } }],
  ['metadata.order', { metadata: { order: null } }],
  ['client_ip', { client_ip: 167772161 }],
  ['autofill', { autofill: 'login.example.com' }],
  ['transaction.amount', payment({ amount: 12.5 })],
];

export const UNKNOWN_FIELDS: Case[] = [
  ['tow', { tow: 1 }],
  ['channels.0.waits', step({ waits: 30 })],
  ['autofill.hash', { autofill: { hash: 'FA+9qCX9VSu' } }],
  ['transaction.payer', payment({ payer: 'me' })],
  ['constructor', { constructor: 1 }],
  ['body', { '': 1 }],
  ['channels.0', step({ '': 1 })],
];

export const long = (length: number): string => 'x'.repeat(length);
const entries = (count: number): Body => Object.fromEntries(Array.from({ length: count }, (_, i) => [`key-${i}`, 'v']));

/** Just beyond each bound; the bound itself is taken. */
export const BOUNDS: (readonly [field: string, beyond: Body, allowed: Body])[] = [
  ['channels.0.wait', step({ wait: 4 }), step({ wait: 5 })],
  ['channels.0.wait', step({ wait: 901 }), step({ wait: 900 })],
  ['channels.0.from', step({ from: long(65) }), step({ from: long(64) })],
  ['channels.0.from', step({ from: '' }), step({ from: 'x' })],
  ['channels.0.template', step({ template: `{{code}}${long(493)}` }), step({ template: `{{code}}${long(492)}` })],
  ['channels', { channels: [] }, { channels: [SMS] }],
  ['channels', { channels: Array(11).fill(SMS) }, { channels: Array(10).fill(SMS) }],
  ['code_length', { code_length: 3 }, { code_length: 4 }],
  ['code_length', { code_length: 13 }, { code_length: 12 }],
  ['ttl', { ttl: 29 }, { ttl: 30 }],
  ['ttl', { ttl: 86_401 }, { ttl: 86_400 }],
  ['max_checks', { max_checks: 0 }, { max_checks: 1 }],
  ['max_checks', { max_checks: 11 }, { max_checks: 10 }],
  ['code', { code: '123' }, { code: '1234' }],
  ['code', { code: '1234567890123' }, { code: '123456789012' }],
  ['reference', { reference: long(129) }, { reference: long(128) }],
  ['reference', { reference: '' }, { reference: 'x' }],
  ['metadata', { metadata: entries(21) }, { metadata: entries(20) }],
  ['metadata.order', { metadata: { order: long(251) } }, { metadata: { order: long(250) } }],
  [`metadata.${long(41)}`, { metadata: { [long(41)]: '' } }, { metadata: { [long(40)]: '' } }],
  ['metadata', { metadata: { '': 'x' } }, { metadata: { x: 'x' } }],
  ['locale', { locale: 'x' }, { locale: 'xx' }],
  ['locale', { locale: 'de-1234567-12345678-1' }, { locale: 'de-1234567-12345678' }],
  ['autofill.app_hash', { autofill: { app_hash: long(12) } }, { autofill: { app_hash: long(11) } }],
  ['autofill', { autofill: {} }, { autofill: { origin: 'example.com' } }],
  ['transaction.amount', payment({ amount: '1234567890123' }), payment({ amount: '123456789012' })],
  ['transaction.amount', payment({ amount: '1.12345' }), payment({ amount: '1.1234' })],
  ['transaction.currency', payment({ currency: 'EURO' }), payment({ currency: 'EUR' })],
  ['transaction.payee', payment({ payee: long(65) }), payment({ payee: long(64) })],
];

export const MEANINGLESS: Case[] = [
  ['to', { to: '+1415555' }],
  ['to', { to: '+999123456789' }],
  ['to', { to: '4155550100' }],
  ['to', { to: '+14155550100 ext. 5' }],
  ['to', { to: 'nobody' }],
  ['to', { to: 'nobody@' }],
  ['to', { to: `${long(250)}@b.co` }],
  ['country', { to: '4155550100', country: 'XX' }],
  ['country', { to: '4155550100', country: 'us' }],
  ['channels.0.channel', step({ channel: 'fax' })],
  ['channels.0.channel', step({ channel: 'viber' })],
  ['channels.0.channel', step({ channel: 'email' })],
  ['channels.0.channel', { to: 'max@example.com' }],
  ['channels.0.template', step({ template: 'no place for it' })],
  ['channels.0.template', step({ template: '{{code}} at https://evil.example' })],
  ['channels.0.template', step({ template: '{{code}}.com' })],
  ['channels.0.from', step({ from: 'evil.example' })],
  ['transaction.payee', payment({ payee: 'evil.example' })],
  ['transaction.payee', { ...payment({ payee: 'evil.' }), ...step({ template: '{{code}} {{payee}}com/login' }) }],
  ['transaction.payee', { ...payment({ payee: 'evil[' }), ...step({ template: '{{code}} {{payee}}.]com' }) }],
  ['transaction.payee', { ...payment({ amount: '192.0' }), ...step({ template: '{{code}} {{amount}}.2.1' }) }],
  ['channels.0.wait', { channels: [{ channel: 'voice', wait: 59 }, SMS] }],
  ['alphabet', { alphabet: 'runes' }],
  ['code', { code: '12 34' }],
  ['code', { code: 'пароль' }],
  ['code', { code: '1234', code_length: 6 }],
  ['client_ip', { client_ip: '10.0.0.256' }],
  ['autofill.origin', { autofill: { origin: 'https://login.example.com' } }],
  ['transaction.amount', payment({ amount: '-1' })],
  ['transaction.payee', { transaction: { amount: '1', currency: 'EUR' } }],
  ['webhook_id', { webhook_id: 'wh_1' }],
  ['profile', { profile: 'login' }],
  ['channels', { profile: 'login' }],
  ['profile', { channels: undefined }],
  ['channels', { channels: undefined }],
  ['profile', { profile: 'nobody-has-this', channels: undefined }],
  ['profile', { profile: 'login', channels: undefined, to: 'max@example.com' }],
];

/** Every field that takes a text; what it holds ends up in messages, logs or keys. */
const TEXTS: ((text: string) => Case)[] = [
  (text) => ['to', { to: `+1415555${text}0100` }],
  (text) => ['to', { to: `max${text}@example.com` }],
  (text) => ['country', { country: `U${text}` }],
  (text) => ['profile', { profile: `log${text}in`, channels: undefined }],
  (text) => ['channels.0.channel', step({ channel: `sms${text}` })],
  (text) => ['channels.0.from', step({ from: `Shop${text}` })],
  (text) => ['channels.0.template', step({ template: `{{code}}${text}` })],
  (text) => ['locale', { locale: `en${text}` }],
  (text) => ['alphabet', { alphabet: `digits${text}` }],
  (text) => ['code', { code: `1234${text}` }],
  (text) => ['reference', { reference: `order${text}1` }],
  (text) => ['metadata.order', { metadata: { order: `a${text}b` } }],
  (text) => ['client_ip', { client_ip: `10.0.0.1${text}` }],
  (text) => ['autofill.app_hash', { autofill: { app_hash: `FA+9qCX9VS${text}` } }],
  (text) => ['autofill.origin', { autofill: { origin: `example.com${text}` } }],
  (text) => ['transaction.amount', payment({ amount: `12${text}` })],
  (text) => ['transaction.currency', payment({ currency: `EU${text}` })],
  (text) => ['transaction.payee', payment({ payee: `Book${text}shop` })],
  (text) => ['webhook_id', { webhook_id: `wh_${'0'.repeat(32)}${text}` }],
];
const UNPRINTABLE = {
  'a newline': '\n',
  'a null': '\0',
  'a tab': '\t',
  'an escape': '\u001b',
  'a C1 control': '\u0085',
};
const OTHER = { 'a line separator': '\u2028', 'half a character': '\ud800' };
/** Only where people read the text as a message. */
const HIDDEN = { 'a right-to-left override': '\u202e', 'a zero-width blank': '\u200b', 'a byte order mark': '\ufeff' };
const READ_BY_PEOPLE = /template|from|payee/;
export const CONTROLS: (readonly [what: string, ...Case])[] = Object.entries({ ...UNPRINTABLE, ...OTHER }).flatMap(
  ([what, text]) => TEXTS.map((of) => [what, ...of(text)] as const),
);
CONTROLS.push(
  ...Object.entries(HIDDEN).flatMap(([what, text]) =>
    TEXTS.map((of) => [what, ...of(text)] as const).filter(([, field]) => READ_BY_PEOPLE.test(field)),
  ),
);
