import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { behaviours, Smsc, type Submit } from '../peers/smpp-smsc.js';
import { freshNumber, type Api } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { smppSettings } from '../support/smpp.js';
import { until } from '../support/wait.js';

/** A valid number of the country whose account does not wait long. */
const IMPATIENT = '+4915123456789';

let redis: TestRedis;
let smsc: Smsc;
let slow: Smsc;
let narrow: Smsc;
let gateway: Gateway;
let service: Service;
let api: Api;
let config: Record<string, unknown>;

beforeAll(async () => {
  redis = await TestRedis.start();
  smsc = await Smsc.start();
  slow = await Smsc.start();
  narrow = await Smsc.start();
  gateway = await Gateway.start();
  const accounts = {
    smsc: { use: 'smpp', settings: smppSettings([smsc.url]) },
    slow: { use: 'smpp', timeout: 1, settings: smppSettings([slow.url]) },
    narrow: { use: 'smpp', timeout: 20, settings: smppSettings([narrow.url], { window: 1 }) },
    gateway: httpAccount(gateway.url),
  };
  const sms = { default: ['smsc'], countries: { DE: ['slow'], FR: ['narrow'] } };
  config = configuration(accounts, { routes: { sms, voice: { default: ['gateway'] } } });
  service = await Service.start({ redisUrl: redis.url, config });
  api = service.as(LIVE_KEY);
});
afterEach(() => {
  smsc.behaviour = behaviours.accepts;
});
afterAll(async () => {
  await service.stop();
  await smsc.stop();
  await slow.stop();
  await narrow.stop();
  await gateway.stop();
  await redis.stop();
});

const submitTo = (to: string): Promise<Submit> =>
  until('the message', () =>
    [...smsc.received, ...slow.received].find(({ destination }) => `+${destination.address}` === to),
  );

/** A verification by SMS, then by a call, whose message has arrived at the centre. */
async function started(to = freshNumber()) {
  const { body } = await api.start(to, { channels: [{ channel: 'sms', wait: 900 }, { channel: 'voice' }] });
  const submit = await submitTo(to);
  const attempt = async () => (await api.read(body.id)).body.attempts[0]!;
  return { id: body.id, to, submit, attempt, code: /\d{6}/.exec(submit.text)![0] };
}

const sent = async ({ attempt }: { attempt: () => Promise<{ provider_message_id: string | null }> }): Promise<string> =>
  until('the record of the answer', async () => (await attempt()).provider_message_id);

describe('E15 a code over SMPP', () => {
  it('arrives, is reported as delivered, and is right', async () => {
    const one = await started();
    expect(one.submit).toMatchObject({ registered: 1, destination: { ton: 1, npi: 1 } });
    const id = await sent(one);
    expect(await smsc.bound[0]!.receipt({ id })).toBe(0);
    expect(await one.attempt()).toMatchObject({ status: 'delivered', provider_status: 'DELIVRD' });
    expect((await api.read(one.id)).body).toMatchObject({ delivery: 'delivered', next_at: null });
    expect((await api.check(one.id, one.code)).body.result).toBe('approved');
    expect(gateway.to(one.to)).toEqual([]);
  });

  it('is followed by the next step when it was not delivered', async () => {
    const one = await started();
    await smsc.bound[0]!.receipt({ id: await sent(one), stat: 'UNDELIV', err: '034' });
    expect((await until('the call', () => gateway.to(one.to)[0])).body.code).toBe(one.code);
    expect(await one.attempt()).toMatchObject({ status: 'failed', error: { kind: 'unknown', code: 'err_034' } });
  });

  it('is followed by the next step when the vendor says in its own word why it was not delivered', async () => {
    const one = await started();
    await smsc.bound[0]!.receipt({ id: await sent(one), stat: 'ABSENT-SUB' });
    expect((await until('the call', () => gateway.to(one.to)[0])).body.code).toBe(one.code);
    expect(await one.attempt()).toMatchObject({ status: 'failed', error: { kind: 'unreachable', code: 'ABSENT-SUB' } });
  });

  it('is reported before the centre has answered, and that counts', async () => {
    smsc.behaviour = ({ session, sequence }) => {
      void session.receipt({ id: 'early' }).then(() => {
        session.write(0x80000004, sequence, Buffer.from('early\0'));
      });
    };
    const one = await started();
    await until('the receipt to be taken', async () => (await one.attempt()).status === 'delivered');
  });

  it('is answered too late, and its receipt is found all the same', async () => {
    slow.behaviour = behaviours.hangs;
    const one = await started(IMPATIENT);
    await until('the end of the time-out', async () => (await one.attempt()).status === 'maybe_sent');
    one.submit.session.write(0x80000004, one.submit.sequence, Buffer.from('late\0'));
    expect(await one.submit.session.receipt({ id: 'late' })).toBe(0);
    await until('the receipt to be taken', async () => (await one.attempt()).status === 'delivered');
  });
});

describe('a message that waits for its place in the window', () => {
  it('is not sent any more when its verification was canceled or approved meanwhile', async () => {
    narrow.behaviour = behaviours.hangs;
    const options = { channels: [{ channel: 'sms' }], code: '246810' };
    await api.start('+33612345600', options);
    const first = await until('the one that fills the window', () => narrow.received[0]);
    const numbers = ['+33612345601', '+33612345602', '+33612345603'];
    const ids: string[] = [];
    for (const to of numbers) ids.push((await api.start(to, options)).body.id);
    for (const id of ids) {
      await until('its claim', async () => (await api.read(id)).body.attempts[0]?.status === 'sending');
    }
    const [canceled, approved] = ids as [string, string, string];
    expect((await api.cancel(canceled)).status).toBe(200);
    expect((await api.check(approved, options.code)).body.result).toBe('approved');
    narrow.behaviour = behaviours.accepts;
    first.session.write(0x80000004, first.sequence, Buffer.from('first\0'));
    await until('the one that is wanted', () => narrow.received[1]);
    for (const id of [canceled, approved]) {
      const attempt = await until('the record of the others', async () =>
        (await api.read(id)).body.attempts.find(({ status }) => status === 'failed'),
      );
      expect(attempt.error).toEqual({ kind: 'rejected', code: 'no_longer_wanted' });
    }
    expect(narrow.received.map(({ destination }) => `+${destination.address}`)).toEqual(['+33612345600', numbers[2]]);
  });
});

describe('binds of a process', () => {
  it('are made at its start by those that send, and by no others; receipts come to whoever is bound', async () => {
    const one = await started();
    const id = await sent(one);
    const before = smsc.count('bind_transceiver');
    const options = { redisUrl: redis.url, config };
    const answering = await Service.start({ ...options, env: { PASSLANE_ROLE: 'api' } });
    expect(smsc.count('bind_transceiver')).toBe(before);
    const sending = await Service.start({ ...options, env: { PASSLANE_ROLE: 'worker' } });
    await until('its bind', () => smsc.bound.length === 2);
    expect(await smsc.bound[1]!.receipt({ id })).toBe(0);
    expect((await one.attempt()).status).toBe('delivered');

    const unbinds = smsc.count('unbind');
    expect(await sending.stop()).toBe(0);
    expect(smsc.count('unbind')).toBe(unbinds + 1);
    await answering.stop();
    expect(smsc.count('unbind')).toBe(unbinds + 1);
    expect(smsc.violations).toEqual([]);
  });
});
