import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, freshNumber } from '../support/api.js';
import { behaviours, Gateway, type Received } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import {
  configuration,
  httpAccount,
  LIVE_KEY,
  OTHER_KEY,
  READ_KEY,
  SECRET,
  Service,
  TEST_KEY,
} from '../support/service.js';
import { until } from '../support/wait.js';

const GATEWAY_KEY = 'key-of-the-gateway-0f3a9c';
const ROUNDS = 8;

/** How the broken gateway fails, in turn; the first repeats in its answer what it was asked to send. */
const FAILURES: readonly Gateway['behaviour'][] = [
  ({ body: { to = '', text = '', code = '' } }, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ error: `${code} ${to} ${text}` }));
  },
  behaviours.answers(500, 'out of order'),
  behaviours.hangsUp,
  behaviours.hangs,
];

/** BullMQ's own keys: a fixed number of them, without anything of a verification. All else must go away by itself. */
const WITHOUT_TTL: Readonly<Record<string, string>> = {
  meta: 'settings of the queue',
  events: 'stream for dashboards, cut at a thousand entries',
  marker: 'wakes the workers; one entry',
  id: 'counter',
};
const mayStay = (key: string): boolean => /^\{pl:q\d*\}:deliver-/.test(key) && key.split(':').at(-1)! in WITHOUT_TTL;

/** What was meant for one person alone, and whatever else nobody may read. By what it is, so that failures say so. */
type Secrets = Map<string, Set<string>>;

describe('after a mixed load', () => {
  let redis: TestRedis;
  let gateway: Gateway;
  let broken: Gateway;
  let service: Service;
  let started = 0;
  let calls = 0;
  const secrets: Secrets = new Map();

  const keep = (what: string, ...values: string[]): void => {
    const known = secrets.get(what) ?? new Set();
    for (const value of values) known.add(value);
    secrets.set(what, known);
  };

  /** As it is, without its plus, and as people of its country dial it. */
  const keepNumber = (number: string): void => {
    keep('number', number.slice(1), number.slice(2));
  };

  beforeAll(async () => {
    redis = await TestRedis.start();
    gateway = await Gateway.start();
    broken = await Gateway.start();
    const settings = { headers: { authorization: `Bearer ${GATEWAY_KEY}` } };
    const body = {
      to: '{{to}}',
      text: '{{text}}',
      code: '{{code}}',
      ref: '{{attempt_id}}',
      callback: '{{callback_url}}',
    };
    const config = configuration({
      broken: httpAccount(broken.url, { timeout: 0.3 }, { ...settings, failure: { path: 'error' } }),
      gateway: httpAccount(gateway.url, {}, { ...settings, body }),
    });
    const routes = config.routes as Record<string, { default: string[] }>;
    routes.sms = { default: ['gateway', 'sandbox'] };
    routes.email = { default: ['gateway', 'sandbox'] };
    service = await Service.start({ redisUrl: redis.url, config });
    keep('key', LIVE_KEY, OTHER_KEY, READ_KEY, TEST_KEY, SECRET, GATEWAY_KEY);
    keep('key', Buffer.from(SECRET, 'base64').toString('hex'), Buffer.from(SECRET, 'base64').toString('base64url'));
    for (let round = 0; round < ROUNDS; round++) await load(round);
    for (const { body } of [...gateway.received, ...broken.received]) keepMessage(body);
    await service.stop();
  });

  afterAll(async () => {
    await service.stop();
    await gateway.stop();
    await broken.stop();
    await redis.stop();
  });

  function keepMessage({ text, code, callback }: Received['body']): void {
    keep('message', text!, JSON.stringify(text).slice(1, -1));
    keep('code', code!, code!.split('').join(', '), code!.toLowerCase());
    if (callback) keep('proof of a callback address', callback.split('/').at(-1)!);
  }

  async function start(to: string, body: Record<string, unknown> = {}, key = LIVE_KEY): Promise<Answer> {
    if (to.startsWith('+')) keepNumber(to);
    else keep('address', to);
    const wanted = { to, channels: [{ channel: 'sms' }], code_length: 12, ...body };
    // The answer is kept for who asks again: with the whole number, as these keys may read it.
    const headers = { 'idempotency-key': `${to}-${++calls}` };
    const answer = await service.as(key).request('POST', '/v1/verifications', wanted, headers);
    expect([200, 201]).toContain(answer.status);
    if (answer.status === 201) started++;
    return answer;
  }

  const codeFor = (to: string): Promise<string> =>
    until(`a message to ${to}`, () => [...gateway.to(to), ...broken.to(to)].at(-1)?.body.code);

  /** One of everything that callers do. */
  async function load(round: number): Promise<void> {
    const api = service.as(LIVE_KEY);
    const wrong = String(900_000_000_000 + round);
    keep('typed code', wrong);
    broken.behaviour = FAILURES[round % FAILURES.length]!;

    const approve = async (): Promise<void> => {
      const to = freshNumber();
      const { id } = (await start(to)).body;
      expect((await api.check(id, wrong)).body.result).toBe('incorrect');
      expect((await api.check(id, await codeFor(to))).body.result).toBe('approved');
    };
    const lock = async (): Promise<void> => {
      const to = freshNumber();
      const { id } = (await start(to, { max_checks: 1, alphabet: 'alphanumeric' })).body;
      await codeFor(to);
      await api.check(id, wrong);
    };
    const cancel = async (): Promise<void> => {
      const { id } = (await start(freshNumber(), { channels: [{ channel: 'voice' }] })).body;
      expect((await api.cancel(id)).status).toBe(200);
    };
    const goOn = async (): Promise<void> => {
      const to = freshNumber();
      await start(to, { code: `first${1_000_000 + round}` });
      await codeFor(to);
      await start(to, { code: `other${1_000_000 + round}`, channels: [{ channel: 'whatsapp' }] });
      await until('the second message', () => gateway.to(to).length > 1);
    };
    const overBroken = async (): Promise<void> => {
      const to = freshNumber();
      await start(to, { channels: [{ channel: 'whatsapp' }, { channel: 'voice' }] });
      await until('the message of the second account', () => gateway.to(to)[0]);
    };
    const attached = async (): Promise<void> => {
      const to = `person.${round}@mail-of-a-person.example.com`;
      const [reference, colour, payee] = [
        `reference-${round}-of-ours`,
        `colour-${round}-of-theirs`,
        `Payee ${round} and Sons`,
      ];
      keep('reference, metadata or payment', reference, colour, payee);
      keep('address of the person’s machine', `198.51.100.${200 + round}`);
      const { id } = (
        await start(to, {
          channels: [{ channel: 'email', template: `Greetings of ours, {{code}} for {{payee}}` }],
          reference,
          metadata: { colour },
          client_ip: `198.51.100.${200 + round}`,
          transaction: { amount: '12345.67', currency: 'EUR', payee },
        })
      ).body;
      await codeFor(to);
      expect((await api.read(id)).body).toMatchObject({ reference, metadata: { colour } });
      expect((await api.get(`/v1/verifications?reference=${reference}`)).body.data).toHaveLength(1);
    };
    const inSandbox = async (number: string): Promise<void> => {
      const { id } = (await start(number, {}, TEST_KEY)).body;
      const inbox = await service.as(TEST_KEY).get(`/v1/sandbox/messages?to=${encodeURIComponent(number)}`);
      for (const message of inbox.body.data as unknown as Received['body'][]) keepMessage(message);
      await service.as(TEST_KEY).cancel(id);
    };
    const nonsense = async (): Promise<void> => {
      const to = freshNumber();
      keepNumber(to);
      await api.start(`${to}0000000`, { reference: 'x' });
      await api.start(to, { code: `${wrong}!` });
      await api.get(`/v1/verifications?to=${encodeURIComponent(to)}&status=${wrong}`);
      await service.as(`${LIVE_KEY}-but-longer`).start(to);
    };
    await Promise.all([
      approve(),
      approve(),
      lock(),
      cancel(),
      goOn(),
      overBroken(),
      attached(),
      inSandbox(freshNumber()),
      inSandbox(`+44770090090${1 + (round % 6)}`),
      nonsense(),
    ]);
  }

  /** What a text holds that it must not, by kind. */
  const leaks = (where: string): string[] =>
    [...secrets].flatMap(([what, values]) =>
      [...values].filter((value) => where.includes(value)).map((value) => `${what}: ${value}`),
    );

  it('had something to hide', () => {
    expect(started).toBeGreaterThanOrEqual(60);
    expect(broken.received.length).toBeGreaterThanOrEqual(ROUNDS);
    expect([...secrets.keys()].sort()).toEqual(
      [
        'address',
        'address of the person’s machine',
        'code',
        'key',
        'message',
        'number',
        'proof of a callback address',
        'reference, metadata or payment',
        'typed code',
      ].sort(),
    );
    for (const code of secrets.get('code')!) expect(code.length).toBeGreaterThanOrEqual(12);
    const [number] = secrets.get('number')!;
    expect(leaks(`in a sentence +${number!}, so`)).toContain(`number: ${number!}`);
  });

  it('Redis holds none of it, in no key and no value', async () => {
    const entries = await redis.dump();
    expect(entries.length).toBeGreaterThan(100);
    expect(entries.flatMap(({ key, value }) => leaks(`${key} ${value}`))).toEqual([]);
  });

  it('nor does its file, where everything stands that it ever held', () => {
    const file = redis.file();
    expect(file.length).toBeGreaterThan(100_000);
    expect(leaks(file)).toEqual([]);
  });

  it('nor does the log', async () => {
    const log = await service.wholeLog();
    expect(log.split('\n').length).toBeGreaterThan(200);
    expect(leaks(log)).toEqual([]);
    expect(log).not.toMatch(/"level":(50|60)/);
  });

  it('everything in Redis goes away by itself', async () => {
    const entries = await redis.dump();
    const forEver = entries.filter(({ ttl }) => ttl < 0).map(({ key }) => key);

    expect(forEver.filter((key) => !mayStay(key))).toEqual([]);
    const day = 24 * 3_600_000;
    const most = (key: string) => (key.startsWith('pl:{ev:') || key.endsWith('}:ev') ? 9 : 2) * day;
    expect(entries.filter(({ key, ttl }) => ttl > most(key))).toEqual([]);
  });
});
