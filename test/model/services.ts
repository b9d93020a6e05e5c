import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Caller } from '../../src/applications/key-book.js';
import { makeKeyring } from '../../src/codes/keyring.js';
import type { AccountConfig, Config, Profile } from '../../src/config/config.js';
import { DEFAULT_RETENTION } from '../../src/config/load-retention.js';
import { DeliverService } from '../../src/delivery/deliver.service.js';
import type { DeliveryQueue, FirstMessage } from '../../src/delivery/delivery.queue.js';
import { ReceiptService } from '../../src/delivery/receipts/receipt.service.js';
import type { Guard } from '../../src/guard/guard.js';
import type { Admission } from '../../src/guard/send.js';
import { Limiter } from '../../src/overload/limiter.js';
import { BudgetCheck } from '../../src/money/budget-check.js';
import { Ledger } from '../../src/money/ledger.js';
import type { ProfileBook } from '../../src/profiles/profile-book.js';
import type { Accounts } from '../../src/providers/accounts.js';
import type { Accepted, Channel, OutgoingMessage } from '../../src/providers/contract.js';
import { Metrics } from '../../src/shared/metrics.js';
import { DeliveryStore, type DueEntry } from '../../src/store/delivery.store.js';
import { LedgerStore } from '../../src/store/ledger.store.js';
import { ReceiptStore } from '../../src/store/receipt.store.js';
import type { SearchStore } from '../../src/store/search.store.js';
import { VerificationStore } from '../../src/store/verification.store.js';
import { WebhookStore } from '../../src/store/webhook.store.js';
import type { TemplateBook } from '../../src/templates/template-book.js';
import { NextService } from '../../src/verifications/next.service.js';
import { StartService } from '../../src/verifications/start.service.js';
import { VerificationService } from '../../src/verifications/verification.service.js';
import { Traces } from '../../src/telemetry/traces.js';
import type { Actor } from './actor.js';

export const keyring = makeKeyring([Buffer.alloc(32, 7)]);
export const APPLICATION = 'shop';

/** Accounts of each channel, in the order in which they are tried. */
export const ROUTES: Readonly<Record<string, readonly string[]>> = {
  sms: ['s1', 's2'],
  whatsapp: ['w1'],
  voice: ['v1', 'v2'],
};
const TIMEOUT_MS = 10_000;
/** How long a worker has one attempt for itself. */
export const LEASE_MS = TIMEOUT_MS + 2_000;
const names = Object.values(ROUTES).flat();

const config = {
  publicUrl: 'http://passlane',
  applications: new Map(),
  accounts: new Map(
    names.map((name) => [name, { name, timeout: TIMEOUT_MS, provider: { test: false } } as unknown as AccountConfig]),
  ),
  routes: new Map(
    Object.entries(ROUTES).map(([channel, accounts]) => [
      channel as Channel,
      { default: accounts.map((account) => ({ account })), countries: {} },
    ]),
  ),
} as unknown as Config;

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Logger;

const { attempts, cost, lateness, timeToProvider, timeToDelivered, checks, budgetRefusals } = new Metrics();

/** What the services need from their surroundings; the model's world is that. */
export interface Surroundings {
  addJob(entry: DueEntry): void;
  sendFirst(entry: DueEntry, message: FirstMessage): boolean;
  countReceipt(labels: { account: string; status: string; outcome: string }): void;
  profile(): Profile;
}

export interface Services {
  readonly starts: StartService;
  readonly nexts: NextService;
  readonly verifications: VerificationService;
  readonly receipts: ReceiptService;
  readonly deliver: DeliverService;
  readonly deliveries: DeliveryStore;
}

/** The service's own code, put together by hand around one actor: all that it does to the outside goes through it. */
export function servicesOf(actor: Actor, surroundings: Surroundings): Services {
  const redis = {
    evalsha: (sha: string, count: number, ...rest: (string | number)[]) =>
      actor.ask({ kind: 'script', sha, keys: rest.slice(0, count) as string[], args: rest.slice(count) }),
  } as unknown as Redis;
  const accounts = {
    find: (name: string) => ({
      resting: false,
      provider: { parseReceipt: () => [] },
      send: (message: OutgoingMessage) => actor.ask({ kind: 'send', account: name, message }) as Promise<Accepted>,
    }),
  } as unknown as Accounts;
  const queue = {
    add: (entry: DueEntry) => {
      surroundings.addJob(entry);
    },
    begin: (entry: DueEntry, message: FirstMessage) => {
      if (!surroundings.sendFirst(entry, message)) surroundings.addJob(entry);
    },
  } as unknown as DeliveryQueue;
  const metrics = {
    attempts,
    cost,
    lateness,
    timeToProvider,
    timeToDelivered,
    checks,
    budgetRefusals,
    receipts: {
      inc: (labels: { account: string; status: string; outcome: string }) => {
        surroundings.countReceipt(labels);
      },
    },
  } as unknown as Metrics;
  const profiles = { find: () => Promise.resolve(surroundings.profile()) } as unknown as ProfileBook;

  const traces = new Traces(undefined);
  // It knows nothing of a verification's state: here everything passes.
  const guard = {
    sending: (_: unknown, go: (admission: Admission) => unknown) => go({ monitored: [], left: [], denied: [] }),
  } as unknown as Guard;

  const store = new VerificationStore(redis);
  const deliveries = new DeliveryStore(redis);
  const receiptStore = new ReceiptStore(redis);
  const receipts = new ReceiptService(
    config,
    keyring,
    logger,
    accounts,
    store,
    deliveries,
    receiptStore,
    queue,
    metrics,
    traces,
  );
  const ledgerStore = new LedgerStore(redis);
  const ledger = new Ledger(config, logger, ledgerStore, metrics);
  const budgets = new BudgetCheck(config, ledgerStore, metrics);
  const verifications = new VerificationService(keyring, store, undefined as unknown as SearchStore, traces, metrics);
  const starts = new StartService(
    config,
    keyring,
    profiles,
    // The plans of the model say their texts themselves.
    undefined as unknown as TemplateBook,
    store,
    new WebhookStore(redis),
    queue,
    verifications,
    traces,
    guard,
    budgets,
  );
  return {
    starts,
    verifications,
    receipts,
    deliveries,
    nexts: new NextService(config, keyring, store, deliveries, queue, starts, verifications, guard, budgets),
    deliver: new DeliverService(
      config,
      keyring,
      logger,
      deliveries,
      accounts,
      receipts,
      queue,
      traces,
      ledger,
      metrics,
      new Limiter(Math.random),
    ),
  };
}

export const callerWith = (limits: Caller['limits']): Caller => ({
  keyId: 'k',
  application: APPLICATION,
  mode: 'live',
  scopes: new Set(['verifications'] as const),
  limits,
  allowUrls: false,
  retention: DEFAULT_RETENTION,
});
