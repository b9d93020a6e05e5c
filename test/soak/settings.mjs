// The configuration of the soak: everything on that an operator can switch on.

/** Seconds that a code lives: short, so that those who never come back have left before the end. */
export const LONGEST_TTL_S = 60;

const WORDS = { delivered: ['DELIVRD'], read: ['READ'], failed: ['UNDELIV'] };

/** An account that tells its gateway where receipts go. */
const account = (gateway, name, channels, price) => ({
  use: 'http',
  channels,
  price,
  settings: {
    url: `${gateway}/${name}`,
    body: {
      to: '{{to}}',
      text: '{{text}}',
      code: '{{code}}',
      ref: '{{attempt_id}}',
      channel: '{{channel}}',
      callback: '{{callback_url}}',
    },
    idPath: 'id',
    receipt: { id: 'id', status: 'status', ...WORDS },
  },
});

/** Limits by all that there is to count by, and all rules against pumping; none refuses a person of the soak. */
const guard = {
  rules: [
    { name: 'address', key: 'client_ip', limits: ['5/10m', '20/1d'] },
    { name: 'prefix', key: 'prefix', limits: '100/1h' },
    { name: 'session', key: 'limit_key', limits: ['3/10s', '5/1h'] },
    { name: 'country', key: 'country', limits: '1000/1s', mode: 'monitor' },
    { name: 'all', key: 'application', limits: '1000/1s', mode: 'monitor' },
  ],
  countries: { default: 'allow', AZ: 'block' },
};

const application = (name, token) => ({
  keys: [{ id: `${name}-1`, token, mode: 'live', scopes: ['verifications', 'webhooks', 'pii:read'] }],
  limits: { sends_per_number: ['5/10m', '10/1d'], failures_per_number: '15/1h' },
  guard,
  // The shortest that there is.
  retention: { number: '1h', record: '1h' },
  budget: { hour: 1e6, day: 1e7, countries: { DE: { day: 5e6 }, default: { day: 5e6 } } },
});

/** @param tokens { shop, bank }: of their keys @param gateway URL */
export const settingsOf = (tokens, gateway) => ({
  accounts: {
    main: account(gateway, 'main', ['sms'], { default: 0.04, DE: 0.075 }),
    spare: account(gateway, 'spare', ['sms'], 0.09),
    chat: account(gateway, 'chat', ['whatsapp'], 0.02),
  },
  routes: { sms: { default: ['main', 'spare'] }, whatsapp: { default: ['chat'] } },
  applications: { shop: application('shop', tokens.shop), bank: application('bank', tokens.bank) },
  profiles: {
    'shop/login': {
      defaults: { ttl: LONGEST_TTL_S, template: '{{code}} is your code.' },
      channels: [{ channel: 'sms', wait: 5 }, { channel: 'whatsapp', wait: 5 }, { channel: 'sms' }],
    },
    'shop/pay': {
      defaults: { ttl: LONGEST_TTL_S, code_length: 8, resend: 'rotate', template: 'pay', locale: 'de' },
      channels: [{ channel: 'whatsapp', wait: 6 }, { channel: 'sms', wait: 10 }, { channel: 'whatsapp' }],
    },
    'bank/login': {
      defaults: { ttl: 45, resend: 'any_live', max_checks: 4 },
      channels: [{ channel: 'sms', wait: 8 }, { channel: 'whatsapp' }],
    },
  },
  templates: { 'shop/pay': { texts: { en: '{{code}} pays.', de: '{{code}} bezahlt.' } } },
  currency: 'EUR',
  webhooks: { allow: ['127.0.0.1'], allow_http: true },
  doors: { geniq: true },
});
