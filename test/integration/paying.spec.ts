import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Logger } from 'pino';
import { makeKeyring } from '../../src/codes/keyring.js';
import type { Config } from '../../src/config/config.js';
import type { Budget } from '../../src/config/money.js';
import { DeliverService } from '../../src/delivery/deliver.service.js';
import type { DeliveryQueue } from '../../src/delivery/delivery.queue.js';
import type { ReceiptService } from '../../src/delivery/receipts/receipt.service.js';
import { Limiter } from '../../src/overload/limiter.js';
import { Ledger } from '../../src/money/ledger.js';
import type { Accounts } from '../../src/providers/accounts.js';
import type { Accepted } from '../../src/providers/contract.js';
import { ProviderError } from '../../src/providers/errors.js';
import { Metrics } from '../../src/shared/metrics.js';
import { sealFacts, type Facts } from '../../src/store/facts.js';
import { LedgerStore } from '../../src/store/ledger.store.js';
import { Traces } from '../../src/telemetry/traces.js';
import { TestRedis } from '../support/redis.js';
import { ScriptClock } from '../support/script-clock.js';
import { StoreBench } from '../support/store.js';

const keyring = makeKeyring([Buffer.alloc(32, 7)]);
const PRICES = { dear: 75_000, cheap: 40_000 };
type AccountName = keyof typeof PRICES;

const facts: Facts = {
  to: '+4915112345678',
  country: 'DE',
  mode: 'live',
  steps: [{ channel: 'sms', wait: 30, confirm_on: 'delivered' }],
  code: { issuedAt: 1_700_000_000, ttl: 60, length: 6, alphabet: 'digits' },
  resend: 'reuse',
  locale: 'en',
};

let redis: TestRedis;
let bench: StoreBench;
let ledger: LedgerStore;
let application: string;
let metrics: Metrics;
/** What the vendors do; each takes the message unless a test says otherwise. */
let vendors: Record<AccountName, () => Promise<Accepted>>;
let called: string[];

beforeAll(async () => {
  redis = await TestRedis.start();
  bench = new StoreBench(redis);
  ledger = new LedgerStore(new ScriptClock(redis.client, ['charge', 'refund', 'spent']).redis);
});

beforeEach(() => {
  application = randomUUID();
  metrics = new Metrics();
  called = [];
  vendors = { dear: () => Promise.resolve({ messageId: 'm' }), cheap: () => Promise.resolve({ messageId: 'm' }) };
});

afterAll(() => redis.stop());

const refuses = (kind: 'unreachable' | 'maybe_sent') => () => Promise.reject(new ProviderError(kind, 'x'));
const budgetOf = (budget: Partial<Budget>): Budget => ({ countries: {}, ...budget });

/** A worker, for as long as it lives. */
function worker(budget?: Budget): DeliverService {
  const account = (name: AccountName) => ({
    timeout: 1_000,
    provider: { test: false },
    prices: { sms: { default: PRICES[name], countries: {} } },
  });
  const config = {
    publicUrl: 'http://passlane',
    accounts: new Map([
      ['dear', account('dear')],
      ['cheap', account('cheap')],
    ]),
    routes: new Map([['sms', { default: [{ account: 'dear' }, { account: 'cheap' }], countries: {} }]]),
    applications: new Map([[application, { budget }]]),
  } as unknown as Config;
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Logger;
  const accounts = {
    find: (name: AccountName) => ({
      resting: false,
      provider: {},
      send: () => {
        called.push(name);
        return vendors[name]();
      },
    }),
  } as unknown as Accounts;
  const nothing = { add: () => undefined } as unknown as DeliveryQueue;
  const money = new Ledger(config, logger, ledger, metrics);
  const receipts = {} as ReceiptService;
  const traces = new Traces(undefined);
  return new DeliverService(
    config,
    keyring,
    logger,
    bench.deliveries,
    accounts,
    receipts,
    nothing,
    traces,
    money,
    metrics,
    new Limiter(Math.random),
  );
}

const start = () =>
  bench.created(bench.recipient(), {
    application,
    keyId: keyring.current.id,
    sealed: sealFacts(keyring, facts),
    next: { step: 0, channel: 'sms', account: 'dear', leaseMs: 5_000 },
  });

const attempts = async (id: string) => (await bench.state(id)).attempts;
const spent = async () => (await ledger.spent(application)).day.total;

describe('an attempt', () => {
  it('costs what the table says once it was taken, and that is told', async () => {
    const id = await start();
    await worker().run(id);
    expect(await attempts(id)).toMatchObject([{ status: 'sent', cost: 75_000 }]);
    expect((await bench.told(id)).find(({ kind }) => kind === 'sent')).toMatchObject({ cost: '75000' });
    // Nobody has set a ceiling, so nobody counts.
    expect(await redis.client.keys(`pl:{g:${application}}*`)).toEqual([]);
  });

  it('that was refused for sure costs nothing, and is given back before the next account is asked', async () => {
    vendors.dear = refuses('unreachable');
    const id = await start();
    const one = worker(budgetOf({ day: 75_000 }));
    await one.run(id);
    expect(await spent()).toBe(0);
    await one.run(id);
    expect(await attempts(id)).toMatchObject([
      { status: 'failed', cost: 0 },
      { status: 'sent', cost: 40_000 },
    ]);
    expect(await spent()).toBe(40_000);
  });

  it('that may have been sent costs as if it had', async () => {
    vendors.dear = refuses('maybe_sent');
    const id = await start();
    await worker(budgetOf({ day: 75_000 })).run(id);
    expect(await attempts(id)).toMatchObject([{ status: 'maybe_sent', cost: 75_000 }]);
    expect(await spent()).toBe(75_000);
  });

  it('that a ceiling stops does not reach its vendor; a cheaper account is tried', async () => {
    const id = await start();
    const one = worker(budgetOf({ countries: { DE: { day: 60_000 } } }));
    await one.run(id);
    await one.run(id);
    expect(called).toEqual(['cheap']);
    expect(await attempts(id)).toMatchObject([
      { account: 'dear', status: 'failed', error: { kind: 'quota', code: 'budget_exhausted' }, cost: 0 },
      { account: 'cheap', status: 'sent', cost: 40_000 },
    ]);
    const counted = (await metrics.budgetRefusals.get()).values.filter(({ value }) => value > 0);
    expect(counted).toEqual([expect.objectContaining({ labels: { at: 'send', limit: 'country_spend_per_day' } })]);
  });

  it('ends as undelivered when no account can be paid, and the event says why', async () => {
    const id = await start();
    const one = worker(budgetOf({ hour: 39_999 }));
    await one.run(id);
    await one.run(id);
    expect(called).toEqual([]);
    expect(await bench.state(id)).toMatchObject({ status: 'pending', delivery: 'undelivered', next: undefined });
    expect((await bench.told(id)).at(-1)).toMatchObject({ kind: 'undelivered', reason: 'budget_exhausted', cost: '0' });
    expect(await spent()).toBe(0);
  });
});

describe('a worker that dies between the charge and the end of the call', () => {
  /** The first worker is gone; its lease has run out. */
  async function dies(id: string, budget: Budget) {
    const dead = new Promise<Accepted>(() => undefined);
    let asked!: () => void;
    const reached = new Promise<void>((resolve) => (asked = resolve));
    vendors.dear = () => {
      asked();
      return dead;
    };
    void worker(budget).run(id);
    await reached;
    await bench.edit(id, { claim_until: Date.now() - 1 });
  }

  it('has paid for the second try as well', async () => {
    const id = await start();
    const budget = budgetOf({ day: 75_000 });
    await dies(id, budget);
    vendors.dear = () => Promise.resolve({ messageId: 'm' });
    await worker(budget).run(id);
    expect(await attempts(id)).toMatchObject([{ account: 'dear', status: 'sent', cost: 75_000 }]);
    expect(called).toEqual(['dear', 'dear']);
    expect(await spent()).toBe(75_000);
  });

  it('leaves it paid although the second try is refused: the first one may have arrived', async () => {
    const id = await start();
    const budget = budgetOf({ day: 75_000 });
    await dies(id, budget);
    vendors.dear = refuses('unreachable');
    await worker(budget).run(id);
    expect(await attempts(id)).toMatchObject([{ status: 'maybe_sent', cost: 75_000 }]);
    expect(await spent()).toBe(75_000);
  });
});
