import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { NO_LIMITS } from '../../src/config/limits.js';
import { Ledger } from '../../src/money/ledger.js';
import { ProviderError } from '../../src/providers/errors.js';
import type { DueEntry } from '../../src/store/delivery.store.js';
import { stateKey } from '../../src/store/keys.js';
import { loadScript } from '../../src/store/script.js';
import type { Actor, Effect } from '../model/actor.js';
import { callerWith, servicesOf, type Services } from '../model/services.js';
import { freshNumber } from '../support/api.js';
import { TestRedis } from '../support/redis.js';
import { StoreBench } from '../support/store.js';
import { until } from '../support/wait.js';

const NAMES = ['start', 'continue', 'read', 'claim', 'record', 'apply', 'link', 'park', 'cancel'] as const;
type Name = (typeof NAMES)[number];

let redis: TestRedis;
let bench: StoreBench;
const names = new Map<string, Name>();

/** Scripts that have run, messages that have left, jobs that were added. */
let calls: Name[];
let sent: string[];
let jobs: DueEntry[];
/** What the vendor answers, and what Redis does instead of its work. */
let messageId: string;
let vendor: (account: string) => unknown;
let fault: (name: Name) => 'lost' | 'unanswered' | undefined;
let services: Services;

beforeAll(async () => {
  redis = await TestRedis.start();
  bench = new StoreBench(redis);
  for (const name of NAMES) {
    const { source, sha } = loadScript(name);
    await redis.client.script('LOAD', source);
    names.set(sha, name);
  }
});

afterAll(() => redis.stop());

beforeEach(() => {
  [calls, sent, jobs] = [[], [], []];
  messageId = randomUUID();
  vendor = () => ({ messageId });
  fault = () => undefined;
  services = servicesOf({ ask } as unknown as Actor, {
    addJob: (entry) => {
      jobs.push(entry);
    },
    sendFirst: () => true,
    countReceipt: () => undefined,
    profile: () => {
      throw new Error('no profile');
    },
  });
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** The service's own code asks here for everything outside of it. */
async function ask(effect: Effect): Promise<unknown> {
  if (effect.kind === 'send') {
    sent.push(`${effect.message.attemptId.slice(-1)} ${effect.account}`);
    return vendor(effect.account);
  }
  const name = names.get(effect.sha)!;
  calls.push(name);
  const what = fault(name);
  if (what === 'lost') throw new Error('Connection is closed.');
  const answer = await redis.client.evalsha(effect.sha, effect.keys.length, ...effect.keys, ...effect.args);
  if (what === 'unanswered') throw new Error('Connection is closed.');
  return answer;
}

async function started(to: string, ...channels: ('sms' | 'whatsapp')[]): Promise<string> {
  const body = { to, channels: channels.map((channel) => ({ channel })) };
  const { view } = await services.starts.start(callerWith(NO_LIMITS), body);
  calls = [];
  return view.id;
}

const refuse = (): never => {
  throw new ProviderError('rejected', 'vendor');
};

describe('a receipt that comes between the claim and the record', () => {
  it('is part of what is decided: all have failed, and nothing more comes', async () => {
    const id = await started(freshNumber(), 'whatsapp', 'sms');
    await services.deliver.run(id);
    await bench.edit(id, { next_at: Date.now() - 1 });
    vendor = async (account) => {
      if (account === 's2') await services.receipts.take('w1', { about: { attemptId: `${id}-1` }, status: 'failed' });
      return refuse();
    };
    await services.deliver.run(id);
    await services.deliver.run(id);
    expect(sent).toEqual(['1 w1', '2 s1', '3 s2']);
    const state = await bench.state(id);
    expect(state.attempts.map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
    expect(state).toMatchObject({ delivery: 'undelivered', next: undefined });
    expect(await bench.told(id)).toMatchObject([
      { kind: 'created' },
      { kind: 'sent' },
      { kind: 'failed_over' },
      { kind: 'failed_over' },
      { kind: 'undelivered' },
    ]);
  });

  it('leaves the next step nothing to wait for', async () => {
    const id = await started(freshNumber(), 'sms', 'whatsapp');
    vendor = () => {
      throw new ProviderError('maybe_sent', 'timeout');
    };
    await services.deliver.run(id);
    vendor = async () => {
      await services.receipts.take('s1', { about: { attemptId: `${id}-1` }, status: 'failed' });
      return refuse();
    };
    await services.deliver.run(id);
    const { next } = await bench.state(id);
    expect(next).toMatchObject({ step: 1, account: 'w1' });
    expect(next!.at).toBeLessThanOrEqual(Date.now() + 1_000);
    expect(jobs.at(-1)).toMatchObject({ id, account: 'w1' });
  });

  it('costs a second call, and nothing does without one', async () => {
    const id = await started(freshNumber(), 'whatsapp', 'sms');
    await services.deliver.run(id);
    expect(calls).toEqual(['claim', 'link', 'record']);
  });
});

describe('a link to a message that cannot be written', () => {
  it('holds up neither the record nor whoever is next, and is written when it can be', async () => {
    const id = await started(freshNumber(), 'sms', 'whatsapp');
    let away = true;
    fault = (name) => (name === 'link' && away ? 'lost' : undefined);
    const began = Date.now();
    await services.deliver.run(id);
    // Held up, it would take the minute that the link is tried for.
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(await bench.state(id)).toMatchObject({ delivery: 'sent', attempts: [{ status: 'sent', messageId }] });

    let stopped = false;
    const stopping = services.deliver.idle().then(() => (stopped = true));
    await services.receipts.take('s1', { about: { messageId }, status: 'delivered' });
    await sleep(300);
    expect((await bench.state(id)).attempts).toMatchObject([{ status: 'sent' }]);
    expect(stopped).toBe(false);
    away = false;
    await until('the receipt that came before', async () => (await bench.state(id)).delivery === 'delivered');
    await stopping;
  });
});

describe('a worker that Redis does not answer', () => {
  it.each(['lost', 'unanswered'] as const)('asks again, and sends once, when its claim is %s', async (what) => {
    const id = await started(freshNumber(), 'sms');
    let times = 2;
    fault = (name) => (name === 'claim' && times-- > 0 ? what : undefined);
    await services.deliver.run(id);
    expect(sent).toEqual(['1 s1']);
    expect(await bench.fields(id)).toMatchObject({ '1:status': 'sent', '1:tries': '1', fence: '1' });
    expect(calls.filter((name) => name === 'claim')).toHaveLength(3);
  });

  it('asks again when the charge fails, with a lease that has not run out meanwhile', async () => {
    const id = await started(freshNumber(), 'sms');
    jest.spyOn(Ledger.prototype, 'charge').mockImplementationOnce(async () => {
      await bench.edit(id, { claim_until: Date.now() - 1 });
      throw new Error('Connection is closed.');
    });
    let lease = 0;
    vendor = async () => {
      lease = Number((await bench.fields(id)).claim_until) - Date.now();
      return { messageId };
    };
    await services.deliver.run(id);
    expect(lease).toBeGreaterThan(10_000);
    expect(await bench.fields(id)).toMatchObject({ '1:status': 'sent', '1:tries': '1' });
  });

  it('leaves the message to whoever has it meanwhile', async () => {
    const id = await started(freshNumber(), 'sms');
    let times = 1;
    fault = (name) => (name === 'claim' && times-- > 0 ? 'unanswered' : undefined);
    const first = services.deliver.run(id);
    await until('the claim', async () => (await bench.fields(id)).fence === '1');
    await bench.edit(id, { claim_until: Date.now() - 1 });
    await services.deliver.run(id);
    await first;
    expect(sent).toEqual(['1 s1']);
    expect(await bench.fields(id)).toMatchObject({ '1:status': 'sent', '1:tries': '2' });
  });

  it('stops asking when its process stops', async () => {
    const id = await started(freshNumber(), 'sms');
    fault = () => 'lost';
    services.deliver.stop();
    await expect(services.deliver.run(id)).rejects.toThrow('Connection is closed.');
    expect(await redis.client.hget(stateKey(id), 'n')).toBe('0');
  });
});

it('sends nothing of an earlier round by the plan of a later one', async () => {
  const to = freshNumber();
  const id = await started(to, 'whatsapp');
  await bench.claimed(id);
  expect(await started(to, 'sms')).toBe(id);
  await bench.edit(id, { claim_until: Date.now() - 1 });
  await services.deliver.run(id);
  expect(sent).toEqual(['2 s1']);
  expect((await bench.state(id)).attempts).toMatchObject([{ status: 'maybe_sent' }, { status: 'sent', round: 2 }]);
});
