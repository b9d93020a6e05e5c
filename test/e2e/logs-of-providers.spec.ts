import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReceiptRequest } from '../../src/providers/contract.js';
import { withPeer } from '../peers/all.js';
import { freshNumber, type Verification } from '../support/api.js';
import { type Behaviour, behaviours, Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

const CODE = '730519284615';
const TEXT = 'Tell it to nobody:';

/** Repeats the whole request, as test servers and careless gateways do. */
const echoes =
  (status: number): Behaviour =>
  ({ url, text, headers }, response) => {
    const message = `${url} ${text} ${JSON.stringify(headers)}`;
    response.writeHead(status).end(JSON.stringify({ error: message, message }));
  };

/** Every provider in one service, which says all that it and its libraries can say. */
describe('the log of every provider, at its most talkative', () => {
  const gateways = new Map<string, Gateway>();
  const hidden = new Set([CODE, Array.from(CODE).join(', '), TEXT]);
  const channels = new Set(withPeer.map(({ definition }) => definition.channels[0]!));
  let redis: TestRedis;
  let service: Service;

  beforeAll(async () => {
    redis = await TestRedis.start();
    const accounts: Record<string, Record<string, unknown>> = {};
    for (const { definition, peer } of withPeer) {
      const gateway = await Gateway.start();
      gateway.aside = peer.aside;
      gateways.set(definition.use, gateway);
      accounts[definition.use] = { use: definition.use, timeout: 0.3, settings: peer.settings(gateway.url) };
      for (const secret of peer.secrets) hidden.add(secret);
    }
    const carrying = (channel: string) =>
      withPeer.filter(({ definition }) => definition.channels.some((one) => one === channel));
    const routes = [...channels].map((channel) => [
      channel,
      { default: carrying(channel).map(({ definition }) => definition.use) },
    ]);
    const config = configuration(accounts, { routes: Object.fromEntries(routes) as object });
    service = await Service.start({ redisUrl: redis.url, config, env: { DEBUG: '*' } });
  });

  afterAll(async () => {
    await service.stop();
    for (const gateway of gateways.values()) await gateway.stop();
    await redis.stop();
  });

  const all = (behaviour: Behaviour): void => {
    for (const gateway of gateways.values()) gateway.behaviour = behaviour;
  };

  /** Sends over one channel, until an account takes it or none is left. */
  async function send(channel: string): Promise<Verification['attempts']> {
    const to = freshNumber();
    hidden.add(to.slice(1)).add(to.slice(2));
    const api = service.as(LIVE_KEY);
    const step = { channel, from: 'Shop', template: `${TEXT} {{code}}` };
    const { body } = await api.start(to, { code: CODE, channels: [step] });
    const finished = async () => {
      const { attempts, next_at } = (await api.read(body.id)).body;
      return (
        next_at === null && attempts.length > 0 && attempts.every(({ status }) => status !== 'sending') && attempts
      );
    };
    return until('the end of the attempts', finished, 30_000);
  }

  async function callBack(use: string, { method, path, query, headers, body }: ReceiptRequest): Promise<void> {
    const url = `${service.url}/receipts/${use}/${path}?${new URLSearchParams(query).toString()}`;
    const { status } = await fetch(url, {
      method,
      headers: headers as Record<string, string>,
      body: body || undefined,
    });
    expect([200, 401, 403]).toContain(status);
  }

  it.each<[string, Behaviour]>([
    ['refuses and repeats the request', echoes(400)],
    ['repeats the request', echoes(200)],
    ['hangs up', behaviours.hangsUp],
    ['never answers', behaviours.hangs],
  ])('every vendor %s', async (_, behaviour) => {
    all(behaviour);
    for (const gateway of gateways.values()) gateway.received.length = 0;
    for (const channel of channels) await send(channel);
    for (const gateway of gateways.values()) expect(gateway.received.length).toBeGreaterThan(0);
  });

  it.each(withPeer)('$definition.use takes a message, and tells of others', async ({ definition, peer }) => {
    all(echoes(400));
    gateways.get(definition.use)!.behaviour = peer.accepts;
    const attempts = await send(definition.channels[0]!);
    expect(attempts.at(-1)).toMatchObject({
      account: definition.use,
      status: expect.stringMatching(/^sent|^delivered/),
    });
    for (const [, request] of peer.receipts?.genuine ?? []) await callBack(definition.use, request);
    for (const [, request] of peer.receipts?.forged ?? []) await callBack(definition.use, request);
  });

  it('holds no credential, code, text or number', async () => {
    await service.stop();
    expect(service.log).toMatch(/ioredis/);
    expect(service.log).toContain('"msg":"attempt"');
    expect([...hidden].filter((secret) => service.log.includes(secret))).toEqual([]);
  });
});
