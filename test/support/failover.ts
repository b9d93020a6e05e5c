import type { Api, Answer } from './api.js';
import type { Gateway, Received } from './gateway.js';
import type { TestRedis } from './redis.js';
import { configuration, httpAccount, LIVE_KEY, OTHER_KEY, READ_KEY, TEST_KEY } from './service.js';
import { until } from './wait.js';

type Yaml = Record<string, unknown>;

/** The words of a gateway's receipts. */
const RECEIPT = { status: 'status', delivered: ['DELIVRD'], read: ['READ'], failed: ['UNDELIV', 'REJECTD'] };

/** An account that tells its gateway where receipts go, and whose receipts say who they are about in `id`. */
export const reportingAccount = (gateway: Gateway, receipt: Yaml = {}, extra: Yaml = {}): Yaml =>
  httpAccount(gateway.url, extra, {
    body: {
      to: '{{to}}',
      text: '{{text}}',
      code: '{{code}}',
      ref: '{{attempt_id}}',
      channel: '{{channel}}',
      callback: '{{callback_url}}',
    },
    receipt: { ...RECEIPT, ...receipt },
  });

/** Like `configuration`, with keys that may edit profiles, and limits of the shop's. */
export function failoverConfiguration(accounts: Record<string, Yaml>, extra: Yaml = {}, limits: unknown = 'off'): Yaml {
  const scopes = ['verifications', 'profiles', 'webhooks', 'pii:read'];
  return configuration(accounts, {
    applications: {
      shop: {
        keys: [
          { id: 'shop-live', token: LIVE_KEY, mode: 'live', scopes },
          { id: 'shop-read', token: READ_KEY, mode: 'live', scopes: ['verifications', 'verifications:read'] },
          { id: 'shop-test', token: TEST_KEY, mode: 'test', scopes },
        ],
        limits,
      },
      other: { keys: [{ id: 'other-live', token: OTHER_KEY, mode: 'live', scopes }], limits: 'off' },
    },
    ...extra,
  });
}

const TIMES = /^(created|expires|next_at|quiet_until|claim_until|e\d+|\d+:(queued|sent|delivered|failed))$/;

export const stateKeyOf = (id: string): string => `pl:{${id.slice(-2)}}:v:${id}`;

/** So much time passes for one verification: all times of its record move into the past, and its due entry with them. */
export async function pass(redis: TestRedis, id: string, ms: number): Promise<void> {
  const key = stateKeyOf(id);
  const change = redis.client.multi();
  for (const [field, value] of Object.entries(await redis.client.hgetall(key))) {
    if (TIMES.test(field)) change.hset(key, field, Number(value) - ms);
  }
  const due = `${key.slice(0, 8)}due`;
  if ((await redis.client.zscore(due, id)) !== null) change.zincrby(due, -ms, id);
  await change.exec();
}

/** The gateway's word on one message, as its receipt. */
export const report = (message: Received, status: string, extra: Record<string, unknown> = {}): Promise<Response> =>
  fetch(message.body.callback!, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ status, ...extra }),
  });

/** The n-th message to a number, as soon as it is there and its record says so. */
export async function messageOf(gateway: Gateway, api: Api, id: string, to: string, n: number): Promise<Received> {
  const message = await until(`message ${n}`, () => gateway.to(to)[n - 1]);
  await until('the record of it', async () => {
    const attempt = (await api.read(id)).body.attempts.find(({ id: attemptId }) => attemptId === message.body.ref);
    return attempt && attempt.status !== 'sending';
  });
  return message;
}

export const next = (api: Api, id: string): Promise<Answer> => api.post(`/v1/verifications/${id}/next`);
