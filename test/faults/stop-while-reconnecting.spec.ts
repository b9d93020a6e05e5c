import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freshNumber } from '../support/api.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { TestRedis } from '../support/redis.js';
import { configuration, httpAccount, LIVE_KEY, Service } from '../support/service.js';
import { until } from '../support/wait.js';

describe('a worker that is told to stop', () => {
  let redis: TestRedis;
  let gateway: Gateway;
  let service: Service;

  beforeEach(async () => {
    redis = await TestRedis.start();
    gateway = await Gateway.start();
    const config = configuration({ gateway: httpAccount(gateway.url, { timeout: 30 }) });
    service = await Service.start({ redisUrl: redis.url, config });
  });

  afterEach(async () => {
    await service.child.end('SIGKILL');
    await gateway.stop();
    await redis.stop();
  });

  /** The connections whose last command was this one, by their ids. */
  async function connectionsOf(command: string): Promise<string[]> {
    const list = (await redis.client.client('LIST')) as string;
    return [...list.matchAll(/^id=(\d+) .* cmd=(\S+)/gm)].flatMap(([, id = '', last]) =>
      last === command ? [id] : [],
    );
  }

  // A worker waits for jobs on one connection, and takes them and gives them back on the other.
  it.each(['bzpopmin', 'evalsha'])('does not wait for a connection that cannot come back (%s)', async (command) => {
    const ids = await until('the connections', async () => {
      const found = await connectionsOf(command);
      return found.length > 0 && found;
    });
    await redis.client.config('SET', 'maxclients', 1);
    for (const id of ids) await redis.client.client('KILL', 'ID', id);
    // The time between its tries grows; it takes next to none to fail.
    await sleep(1_500);
    expect(await service.ready()).toBe(true);
    const told = Date.now();
    expect(await service.stop()).toBe(0);
    // Its own patience would end after 19 s, with another exit code.
    expect(Date.now() - told).toBeLessThan(10_000);
  });

  it('gives a job that it has in hand back as done', async () => {
    const jobs = () => redis.client.keys('{pl:q}:deliver-gateway:active');
    const to = freshNumber();
    // The first message needs no job; the second one does.
    const channels = [{ channel: 'sms' }, { channel: 'voice' }];
    gateway.behaviour = (received, response) => {
      if (received.body.channel === 'voice')
        setTimeout(() => {
          behaviours.accepts(received, response);
        }, 1_000);
      else behaviours.accepts(received, response);
    };
    const api = service.as(LIVE_KEY);
    const { id } = (await api.start(to, { channels })).body;
    await until('the first message', async () => (await api.read(id)).body.delivery === 'sent');
    expect((await api.post(`/v1/verifications/${id}/next`)).status).toBe(200);
    await until('the provider to have the second', () => gateway.to(to).length === 2);
    expect(await jobs()).toHaveLength(1);
    expect(await service.stop()).toBe(0);
    expect(await jobs()).toEqual([]);
  });
});
