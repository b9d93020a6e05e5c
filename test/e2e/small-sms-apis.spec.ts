import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { peer as genio } from '../peers/genio.js';
import { passwordSettings, peer as ugsms } from '../peers/ugsms.js';
import { freshNumber, type Verification } from '../support/api.js';
import { behaviours, Gateway, type Received } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

/** Phones, then a gateway with a password, then the same with a key; and a spare channel. */
describe('codes over genio and ugsms', () => {
  let redis: TestRedis;
  let service: Service;
  let phones: Gateway;
  let uganda: Gateway;
  let spare: Gateway;

  beforeAll(async () => {
    redis = await TestRedis.start();
    [phones, uganda, spare] = [await Gateway.start(), await Gateway.start(), await Gateway.start()];
    const accounts = {
      phones: { use: 'genio', settings: genio.settings(phones.url) },
      byPassword: { use: 'ugsms', settings: passwordSettings(uganda.url) },
      byKey: { use: 'ugsms', settings: ugsms.settings(uganda.url) },
      spare: httpAccount(spare.url),
    };
    const routes = { sms: { default: ['phones', 'byPassword', 'byKey'] }, whatsapp: { default: ['spare'] } };
    service = await Service.start({ redisUrl: redis.url, config: configuration(accounts, { routes }) });
    answerAsTheVendors();
  });
  afterEach(answerAsTheVendors);
  afterAll(async () => {
    await service.stop();
    for (const gateway of [phones, uganda, spare]) await gateway.stop();
    await redis.stop();
  });

  function answerAsTheVendors(): void {
    phones.behaviour = genio.accepts;
    uganda.behaviour = ugsms.accepts;
  }

  async function start() {
    const to = freshNumber();
    const channels = [{ channel: 'sms', wait: 900 }, { channel: 'whatsapp' }];
    const { body } = await service.as(LIVE_KEY).start(to, { channels });
    const attempts = async (): Promise<Verification['attempts']> =>
      (await service.as(LIVE_KEY).read(body.id)).body.attempts;
    const has = (n: number, status: string) =>
      until(`attempt ${n} to be ${status}`, async () => {
        const attempt = (await attempts())[n - 1];
        return attempt?.status === status && attempt;
      });
    return { to, attempts, has, isFor: ({ text }: Received) => text.includes(to.slice(1)) };
  }

  const ipn = async (attempt: string, change: Record<string, string>, secret = genio.secrets[1]!) =>
    (
      await fetch(`${service.url}/receipts/phones/${secret}`, {
        method: 'POST',
        body: new URLSearchParams({
          status: 'RESULT_OK',
          status_code: '-1',
          custom: attempt,
          msg: '042137 is your code',
          ...change,
        }),
      })
    ).status;

  it('E10 G5 G6 a phone takes it, and says that it is delivered', async () => {
    const { has, isFor, attempts } = await start();
    const { id, provider_status } = await has(1, 'sent');
    expect(provider_status).toBe('ok_over_ip');
    expect(new URLSearchParams(phones.received.find(isFor)!.text).get('custom')).toBe(id);

    expect(await ipn(id, { ipn_type: 'SENT' })).toBe(200);
    expect(await ipn(id, { ipn_type: 'DELIVERY' }, 'secret-that-somebody-guesses')).toBe(401);
    expect((await attempts())[0]!.status).toBe('sent');
    expect(await ipn(id, { ipn_type: 'DELIVERY' })).toBe(200);
    expect(await has(1, 'delivered')).toMatchObject({ provider_status: 'DELIVERY:RESULT_OK' });
    expect(await ipn(id, { ipn_type: 'DELIVERY' })).toBe(200);
    expect(await attempts()).toHaveLength(1);
  });

  it('G5 the next step starts when the phone could not send it', async () => {
    const { has, to } = await start();
    const { id } = await has(1, 'sent');
    expect(await ipn(id, { ipn_type: 'SENT', status: 'RESULT_ERROR', status_code: '2' })).toBe(200);
    expect(await has(1, 'failed')).toMatchObject({
      provider_status: 'SENT:RESULT_ERROR',
      error: { kind: 'unknown', code: 'result_2' },
    });
    await until('the message of the next step', () => spare.to(to)[0]);
  });

  it('G8 nobody minds an IPN about nobody', async () => {
    expect(await ipn('0b7e4c1e-8a63-4f0e-9d47-2f1f5a1d3c07-1', { ipn_type: 'DELIVERY' })).toBe(200);
    expect(await ipn('?', { ipn_type: 'DELIVERY' })).toBe(200);
  });

  it('E10 E12 E13 a refusal names itself, and the next account takes over', async () => {
    phones.behaviour = behaviours.answers(200, '[{"response":"200","status_code":"9"}]');
    uganda.behaviour = (received, response) => {
      if (received.url === '/v1/sms/send') behaviours.answers(401, '{"error":"Unauthorized."}')(received, response);
      else ugsms.accepts(received, response);
    };
    const { has, isFor } = await start();
    expect(await has(1, 'failed')).toMatchObject({
      account: 'phones',
      error: { kind: 'quota', code: 'balance_error' },
    });
    expect(await has(2, 'failed')).toMatchObject({
      account: 'byPassword',
      error: { kind: 'misconfigured', code: 'unauthorized' },
    });
    expect(await has(3, 'sent')).toMatchObject({ account: 'byKey', provider_message_id: ugsms.accepted.messageId });
    expect(uganda.received.filter(isFor).map(({ url }) => url)).toEqual(['/v1/sms/send', '/api/v2/sms/send']);
  });

  it('E12 over user name and password, neither of which is in any line of the log', async () => {
    phones.behaviour = behaviours.answers(500);
    const { has } = await start();
    expect(await has(2, 'sent')).toMatchObject({ account: 'byPassword', provider_message_id: null });
    await service.stop();
    const { username, password } = passwordSettings('');
    expect(service.log).toContain('byPassword');
    for (const secret of [username, password, encodeURIComponent(password), ...genio.secrets, ...ugsms.secrets]) {
      expect(service.log).not.toContain(secret);
    }
  });
});
