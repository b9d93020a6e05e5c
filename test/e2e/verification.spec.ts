import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshNumber, wrongFor, type Verification } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, OTHER_KEY, READ_KEY, Service, TEST_KEY } from '../support/service.js';
import { until } from '../support/wait.js';

describe('a verification over an http account', () => {
  let redis: TestRedis;
  let gateway: Gateway;
  let service: Service;

  beforeAll(async () => {
    redis = await TestRedis.start();
    gateway = await Gateway.start();
    service = await Service.start({
      redisUrl: redis.url,
      config: configuration({ gateway: httpAccount(gateway.url) }),
    });
  });

  afterAll(async () => {
    await service.stop();
    await gateway.stop();
    await redis.stop();
  });

  /** Starts one and waits for its message. */
  async function started(body: Record<string, unknown> = {}) {
    const api = service.as(LIVE_KEY);
    const to = freshNumber();
    const answer = await api.start(to, body);
    expect(answer.status).toBe(201);
    const message = await until('the message', () => gateway.to(to)[0]);
    return { api, to, id: answer.body.id, code: message.body.code!, message };
  }

  it('sends the code exactly once, approves it, and approves it never again', async () => {
    const { api, to, id, code, message } = await started();
    expect(code).toMatch(/^\d{6}$/);
    expect(message.body.text).toContain(code);
    expect(message.body.ref).toBe(`${id}-1`);

    const right = await api.check(id, code);
    expect(right).toMatchObject({ status: 200, body: { result: 'approved', valid: true } });
    expect((await api.check(id, code)).body).toMatchObject({ result: 'already_approved', valid: false });
    expect((await api.check(id, wrongFor(code))).body).toMatchObject({ result: 'already_approved', valid: false });

    const view = (await api.read(id)).body;
    expect(view).toMatchObject({ status: 'approved', delivery: 'sent', to, channel: 'sms', next_channel: null });
    expect(view.attempts).toMatchObject([
      { id: `${id}-1`, account: 'gateway', status: 'sent', provider_message_id: `m-${id}-1`, error: null },
    ]);
    expect(gateway.to(to)).toHaveLength(1);
  });

  it('counts wrong codes down, then is locked even for the right one', async () => {
    const { api, id, code } = await started();
    for (const left of [4, 3, 2, 1, 0]) {
      const answer = await api.check(id, wrongFor(code));
      expect(answer.body).toMatchObject({ result: 'incorrect', valid: false, checks: { made: 5 - left, left } });
    }
    expect((await api.check(id, code)).body).toMatchObject({ result: 'locked', valid: false });
    expect((await api.read(id)).body.status).toBe('locked');
  });

  it('lets the last allowed try pass', async () => {
    const { api, id, code } = await started({ max_checks: 2 });
    expect((await api.check(id, wrongFor(code))).body.result).toBe('incorrect');
    expect((await api.check(id, code)).body.result).toBe('approved');
  });

  it('takes a code as people type it', async () => {
    const { api, id, code } = await started();
    const typed = ` ${code.slice(0, 3)}-${code.slice(3)} `.replace(/\d/g, (d) =>
      String.fromCharCode(0x660 + Number(d)),
    );
    expect((await api.check(id, typed)).body.result).toBe('approved');
  });

  it('expires', async () => {
    const { api, to, id, code } = await started({ ttl: 30 });
    // Moves the record's clock instead of waiting for it.
    const key = (await redis.client.keys(`pl:*:v:${id}`))[0]!;
    await redis.client.hset(key, 'expires', Date.now() - 1);
    expect((await api.check(id, code)).body).toMatchObject({ result: 'expired', valid: false });
    expect((await api.read(id)).body.status).toBe('expired');
    expect((await api.start(to)).status).toBe(201);
  });

  it('ends by itself when nobody asks', async () => {
    const { id } = await started({ ttl: 30 });
    const key = (await redis.client.keys(`pl:*:v:${id}`))[0]!;
    await redis.client.hset(key, 'expires', Date.now() - 1);
    await redis.client.zadd(`${key.slice(0, 8)}due`, Date.now(), id);
    await until('the final status', async () => (await redis.client.hget(key, 'status')) === 'expired');
  });

  it('can be canceled once', async () => {
    const { api, id, code } = await started();
    expect(await api.cancel(id)).toMatchObject({ status: 200, body: { status: 'canceled' } });
    expect((await api.check(id, code)).body).toMatchObject({ result: 'canceled', valid: false });
    expect(await api.cancel(id)).toMatchObject({ status: 409, body: { code: 'already_final' } });
  });

  it('is continued by a start while it is pending: same id, same code, another message', async () => {
    const { api, to, id, code } = await started({ reference: 'first' });
    const again = await api.start(to, { channels: [{ channel: 'whatsapp' }] });
    expect(again).toMatchObject({ status: 200, body: { id, sends: { made: 2 }, reference: 'first' } });
    const messages = await until('the second message', () => gateway.to(to).length === 2 && gateway.to(to));
    expect(messages[1]!.body).toMatchObject({ code, channel: 'whatsapp' });
    expect((await api.check(id, code)).body.result).toBe('approved');
    const anew = await api.start(to);
    expect(anew.status).toBe(201);
    expect(anew.body.id).not.toBe(id);
  });

  it('is one for all spellings of a line, found by each, and sent to as it was given last', async () => {
    const api = service.as(LIVE_KEY);
    const [mobile, plain] = ['+5491145550101', '+541145550101'];
    const first = await api.start(mobile);
    await until('the message', () => gateway.to(mobile)[0]);
    const again = await api.start(plain);
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id, sends: { made: 2 } } });
    const message = await until('the second message', () => gateway.to(plain)[0]);
    expect(gateway.to(mobile)).toHaveLength(1);
    for (const to of [mobile, plain]) {
      const { data } = (await api.get(`/v1/verifications?to=${encodeURIComponent(to)}`)).body as {
        data: Verification[];
      };
      expect(data.map(({ id }) => id)).toEqual([first.body.id]);
    }
    expect((await api.check(first.body.id, message.body.code!)).body.result).toBe('approved');
    expect((await api.post('/v1/erasures', { to: mobile })).body).toMatchObject({ verifications: 1 });
  });

  it('says what each message was sent from, also when a later start has brought another plan', async () => {
    const { api, to, id } = await started({ channels: [{ channel: 'sms', from: 'First' }] });
    const senders = (view: Verification) => view.attempts.map(({ from }) => from);
    const second = await api.start(to, { channels: [{ channel: 'sms', from: 'Second' }] });
    expect(senders(second.body)).toEqual(['First']);
    await until('the second message', () => gateway.to(to).length === 2);
    const third = await api.start(to);
    expect(senders(third.body)).toEqual(['First', 'Second']);
    await until('the third message', () => gateway.to(to).length === 3);
    expect(senders((await api.read(id)).body)).toEqual(['First', 'Second', null]);
  });

  it('takes the caller’s own code, and a new one in its place', async () => {
    const { api, to, id, code } = await started({ code: 'ab12cd' });
    expect(code).toBe('ab12cd');
    expect((await api.start(to, { code: '777888' })).body.id).toBe(id);
    await until('the second message', () => gateway.to(to).length === 2);
    expect((await api.check(id, 'AB12CD')).body.result).toBe('replaced');
    expect((await api.check(id, '777888')).body.result).toBe('approved');
  });

  it('gives a new code of the caller’s the life that comes with it', async () => {
    const { api, to, id } = await started({ code: 'ab12cd', ttl: 300 });
    const life = async (body: Record<string, unknown>) => {
      expect((await api.start(to, body)).body.id).toBe(id);
      const { created_at, expires_at } = (await api.read(id)).body;
      return (Date.parse(expires_at) - Date.parse(created_at)) / 1_000;
    };
    expect(await life({ code: '777888', ttl: 900 })).toBeGreaterThanOrEqual(900);
    expect(await life({ code: '888777', ttl: 60 })).toBeLessThan(300);
    // Only a new code has a life of its own.
    expect(await life({ ttl: 900 })).toBeLessThan(300);
  });

  it('binds the code to a transaction', async () => {
    const transaction = { amount: '12.50', currency: 'EUR', payee: 'Book shop' };
    const { api, id, code, message } = await started({ transaction });
    expect(message.body.text).toContain('12.50 EUR');
    expect((await api.check(id, code)).body.result).toBe('incorrect');
    expect((await api.check(id, code, { transaction: { ...transaction, amount: '1250' } })).body.result).toBe(
      'incorrect',
    );
    expect((await api.check(id, code, { transaction: { ...transaction, amount: '12.5' } })).body.result).toBe(
      'approved',
    );
  });

  it('speaks the code digit by digit, and adds what autofill needs', async () => {
    const spoken = await started({ channels: [{ channel: 'voice' }] });
    expect(spoken.message.body.text).toContain(spoken.code.split('').join(', '));
    const bound = await started({ autofill: { origin: 'login.example.com' } });
    expect(bound.message.body.text?.split('\n').at(-1)).toBe(`@login.example.com #${bound.code}`);
  });

  it('is unknown to others, exactly as an id that does not exist', async () => {
    const { id, code } = await started();
    const other = service.as(OTHER_KEY);
    const nobodys = `00000000-0000-4000-8000-0000000000${id.slice(-2)}`;
    for (const path of [id, nobodys, 'nonsense']) {
      const answers = [await other.check(path, code), await other.read(path), await other.cancel(path)];
      for (const answer of answers) {
        expect(answer.status).toBe(404);
        expect({ ...answer.body, request_id: '' }).toEqual({
          type: 'urn:passlane:problem:not_found',
          title: 'Not found',
          status: 404,
          detail: 'No such verification.',
          code: 'not_found',
          request_id: '',
        });
      }
    }
    expect((await service.as(LIVE_KEY).read(id)).body.status).toBe('pending');
  });

  it('refuses strangers, keys without the scope, and each mode the other’s accounts', async () => {
    expect(await service.as('nobody-knows-this-key').start(freshNumber())).toMatchObject({
      status: 401,
      body: { code: 'unauthorized' },
    });
    expect((await service.as(READ_KEY).start(freshNumber())).status).toBe(403);
    expect((await service.as(READ_KEY).get('/v1/verifications')).status).toBe(200);
    const before = gateway.received.length;
    const to = freshNumber();
    expect((await service.as(TEST_KEY).start(to)).status).toBe(201);
    const inbox = await until('the inbox', async () => {
      const answer = await service.as(TEST_KEY).get(`/v1/sandbox/messages?to=${encodeURIComponent(to)}`);
      return answer.body.data.length > 0 && answer.body.data;
    });
    expect(inbox[0]).toMatchObject({ to, channel: 'sms' });
    expect(gateway.received).toHaveLength(before);
    expect((await service.as(LIVE_KEY).get(`/v1/sandbox/messages?to=${encodeURIComponent(to)}`)).status).toBe(403);
  });

  it('is found by number, reference, status and channel, page by page', async () => {
    const api = service.as(LIVE_KEY);
    const to = freshNumber();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const { id } = (await api.start(to, { reference: `order-${i % 2}` })).body;
      ids.unshift(id);
      await api.cancel(id);
    }
    const found = async (query: string) => (await api.get(`/v1/verifications?${query}`)).body;
    const all = (body: { data: { id: string }[] }) => body.data.map(({ id }) => id);
    const number = `to=${encodeURIComponent(to)}`;
    expect(all(await found(number))).toEqual(ids);
    expect(all(await found(`to=${to.slice(2)}&country=US`))).toEqual(ids);

    const first = await found(`${number}&limit=2`);
    const second = await found(`${number}&limit=2&cursor=${first.next_cursor ?? ''}`);
    const third = await found(`${number}&limit=2&cursor=${second.next_cursor ?? ''}`);
    expect([...all(first), ...all(second), ...all(third)]).toEqual(ids);
    expect(third.next_cursor).toBeNull();

    expect(all(await found('reference=order-1'))).toEqual([ids[1], ids[3]]);
    expect(all(await found(`${number}&reference=order-0`))).toEqual([ids[0], ids[2], ids[4]]);
    expect(all(await found(`${number}&status=approved`))).toEqual([]);
    expect(all(await found(`${number}&channel=voice`))).toEqual([]);
    expect(all(await found('limit=3'))).toEqual(ids.slice(0, 3));
    expect(all(await found(`${number}&until=2020-01-01T00:00:00Z`))).toEqual([]);
    const others = await service.as(OTHER_KEY).get(`/v1/verifications?${number}`);
    expect(others.body.data).toEqual([]);
  });

  it('is found behind thousands of others that do not match, over pages without any', async () => {
    const { api, to, id } = await started();
    const key = (await redis.client.keys(`pl:*:v:${id}`))[0]!;
    const recipient = await redis.client.hget(key, 'rcpt');
    const shard = id.slice(-2);
    // As many entries as one request looks at, and one more, all newer.
    const others = Array.from({ length: 5_001 }, (_, i) => [
      Date.now() + 1_000 + i,
      `${i.toString(16).padStart(8, '0')}-0000-4000-8000-0000000000${shard}`,
    ]);
    await redis.client.zadd(`pl:{${shard}}:n:${recipient}`, ...others.flat());
    const query = `to=${encodeURIComponent(to)}&status=pending`;
    const first = (await api.get(`/v1/verifications?${query}`)).body;
    expect(first).toEqual({ data: [], next_cursor: expect.any(String) });
    const second = (await api.get(`/v1/verifications?${query}&cursor=${first.next_cursor!}`)).body;
    expect(second).toMatchObject({ data: [{ id }], next_cursor: null });
  });
});
