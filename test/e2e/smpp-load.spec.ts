import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cString } from '../peers/smpp-codec.js';
import { Smsc, type Behaviour, type Submit } from '../peers/smpp-smsc.js';
import { freshNumber, type Api, type Verification } from '../support/api.js';
import { Gateway } from '../support/gateway.js';
import { randomFrom } from '../support/random.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { smppSettings } from '../support/smpp.js';
import { until } from '../support/wait.js';

/** The long form: PASSLANE_SMPP_CODES=2000 npm test -- test/e2e/smpp-load */
const CODES = Number(process.env.PASSLANE_SMPP_CODES ?? 600);
const AT_A_TIME = 60;
const WINDOW = 10;
const MB = 1024 * 1024;

const random = randomFrom(3);
let redis: TestRedis;
let smsc: Smsc;
let gateway: Gateway;
let service: Service;
let api: Api;

/** Numbers whose message was taken by the centre, with its id; and those of them that may not have heard of it. */
const taken = new Map<string, number>();
const unheard = new Set<string>();
const throttled = new Set<string>();
/** Receipts that nobody has answered yet. */
const owed = new Set<string>();

beforeAll(async () => {
  redis = await TestRedis.start();
  smsc = await Smsc.start();
  gateway = await Gateway.start();
  const settings = smppSettings([smsc.url], { binds: 2, window: WINDOW, messageIds: 'hex_in_response' });
  const accounts = { smsc: { use: 'smpp', settings }, gateway: httpAccount(gateway.url) };
  const routes = { sms: { default: ['smsc', 'gateway'] } };
  service = await Service.start({
    redisUrl: redis.url,
    config: { ...configuration(accounts, { routes }), shedding: 'off' },
  });
  api = service.as(LIVE_KEY);
});
afterAll(async () => {
  await service.stop();
  await smsc.stop();
  await gateway.stop();
  await redis.stop();
});

const numberOf = ({ destination }: Submit): string => `+${destination.address}`;

/** In hex with the answer, in decimal with the receipt; with a receipt before the answer or after it, and twice. */
const unkind: Behaviour = (submit, centre) => {
  const to = numberOf(submit);
  const { session, sequence } = submit;
  const n = centre.received.length;
  if (!session.socket.destroyed && random() < 0.05) {
    throttled.add(to);
    session.write(0x80000004, sequence, undefined, 0x58);
    return;
  }
  const id = 0x10000000 + n * 7;
  taken.set(to, id);
  const report = (): void => {
    for (let i = 0; i < 2; i++) sendReceipt(String(id));
  };
  const early = random() < 0.3;
  if (early) report();
  if (session.socket.destroyed || random() < 0.01) unheard.add(to);
  else session.write(0x80000004, sequence, cString(id.toString(16).toUpperCase()));
  if (!early) setImmediate(report);
};

/** Ends a connection in the middle. What was last taken over it may not have reached the other side. */
function hangUp(): void {
  const [session] = smsc.bound;
  const last = smsc.received.filter((submit) => submit.session === session).slice(-3 * WINDOW);
  for (const submit of last) unheard.add(numberOf(submit));
  session?.socket.destroy();
}

function sendReceipt(id: string): void {
  owed.add(id);
  const { bound } = smsc;
  const session = bound[Math.floor(random() * bound.length)];
  void session?.receipt({ id, text: `id:${id.padStart(12, '0')} stat:DELIVRD` }).then((status) => {
    if (status === 0) owed.delete(id);
  });
}

/** Of the service, in bytes; 0 where the operating system does not tell. */
function residentMemory(): number {
  const status = `/proc/${service.child.process.pid ?? 0}/status`;
  return existsSync(status) ? Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(status, 'utf8'))![1]) * 1_024 : 0;
}

describe('E15 an SMSC at its worst', () => {
  const started = new Map<string, string>();
  const views = new Map<string, Verification>();
  let memory: number;

  beforeAll(async () => {
    smsc.behaviour = unkind;
    const startUpTo = async (count: number): Promise<void> => {
      while (started.size < count) {
        const to = freshNumber();
        started.set(to, '');
        // Late, as the account rests for a while when ten in a row have failed: those of a full window do.
        if (started.size === Math.floor(CODES * 0.6) || started.size === Math.floor(CODES * 0.8)) hangUp();
        const { status, body } = await api.start(to, { channels: [{ channel: 'sms', wait: 900 }] });
        expect(status).toBe(201);
        started.set(to, body.id);
        await until('the message', () => taken.has(to) || gateway.to(to).length > 0, 40_000);
      }
    };
    const run = (count: number) => Promise.all(Array.from({ length: AT_A_TIME }, () => startUpTo(count)));
    await run(Math.floor(CODES / 2));
    memory = residentMemory();
    await run(CODES);
    // A centre repeats the receipts that nobody has answered.
    await until(
      'all receipts to be answered',
      () => {
        for (const id of owed) sendReceipt(id);
        return owed.size === 0;
      },
      40_000,
    );
    const unread = [...started];
    // A receipt may come before the answer is recorded.
    const settled = ({ attempts }: Verification): boolean =>
      attempts.every(({ status, sent_at, failed_at }) => status !== 'sending' && (sent_at ?? failed_at) !== null);
    const readAll = async (): Promise<void> => {
      for (let next = unread.pop(); next; next = unread.pop()) {
        const [to, id] = next;
        views.set(
          to,
          await until('its attempts to end', async () => {
            const { body } = await api.read(id);
            return settled(body) && body;
          }),
        );
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, readAll));
  }, 600_000);

  const over = (account: string) => (to: string) => views.get(to)!.attempts.find((one) => one.account === account);

  it('had its way', async () => {
    expect(smsc.violations).toEqual([]);
    expect(taken.size).toBeGreaterThan(CODES / 4);
    expect(throttled.size).toBeGreaterThan(CODES / 100);
    expect(unheard.size).toBeGreaterThan(WINDOW);
    await until('both binds again', () => smsc.bound.length === 2, 20_000);
    expect(smsc.count('bind_transceiver')).toBe(4);
  });

  it('loses no code', () => {
    expect(started.size).toBe(CODES);
    expect([...started.keys()].filter((to) => !taken.has(to) && gateway.to(to).length === 0)).toEqual([]);
  });

  it('gets no code twice, and nobody else does, but after an answer that was lost', () => {
    const times = new Map<string, number>();
    for (const submit of smsc.received) times.set(numberOf(submit), (times.get(numberOf(submit)) ?? 0) + 1);
    expect([...times].filter(([, count]) => count > 1)).toEqual([]);
    const doubled = [...started.keys()].filter((to) => Number(taken.has(to)) + gateway.to(to).length > 1);
    expect(doubled.filter((to) => !unheard.has(to))).toEqual([]);
  });

  it('has what it refused sent by the next account, at once and for that reason', () => {
    for (const to of [...throttled].filter((number) => !unheard.has(number))) {
      expect(over('smsc')(to)).toMatchObject({ status: 'failed', error: { kind: 'throttled', code: 'smpp_0x58' } });
      expect(gateway.to(to)).toHaveLength(1);
    }
  });

  it('has all its receipts found, by their ids in another notation', () => {
    const heard = [...taken.keys()].filter((to) => !unheard.has(to));
    expect(heard.map((to) => over('smsc')(to)?.status).filter((status) => status !== 'delivered')).toEqual([]);
    for (const to of heard) expect(over('smsc')(to)!.provider_message_id).toBe(String(taken.get(to)));
  });

  it('costs no memory for each message', () => {
    expect(residentMemory() - memory).toBeLessThan(150 * MB);
  });
});
