import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { stateKey } from '../../src/store/keys.js';
import { freshNumber } from '../support/api.js';
import { behaviours, Gateway } from '../support/gateway.js';
import { RawClient } from '../support/raw-http.js';
import { TestRedis } from '../support/redis.js';
import { freePort } from '../support/ports.js';
import { temporaryDirectory } from '../support/processes.js';
import { configuration, httpAccount, LIVE_KEY, Service, spawnService } from '../support/service.js';
import { until } from '../support/wait.js';

let redis: TestRedis;
let gateway: Gateway;

beforeAll(async () => {
  redis = await TestRedis.start();
  gateway = await Gateway.start();
});

beforeEach(() => {
  gateway.behaviour = behaviours.accepts;
});

afterAll(async () => {
  await gateway.stop();
  await redis.stop();
});

const config = () => configuration({ gateway: httpAccount(gateway.url, { timeout: 30 }) });
const run = (env: Record<string, string> = {}) => Service.start({ redisUrl: redis.url, config: config(), env });

async function get(url: string, agent: Agent): Promise<IncomingMessage> {
  const [response] = (await once(request(url, { agent }).end(), 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response;
}

/** From now on the provider keeps what it gets, also what a test before has left. @returns lets it take that */
function hold(): () => void {
  const answers: (() => void)[] = [];
  gateway.behaviour = (received, response) => {
    answers.push(() => {
      behaviours.accepts(received, response);
    });
  };
  return () => {
    gateway.behaviour = behaviours.accepts;
    for (const answer of answers) answer();
  };
}

/** How many processes have noticed that their supervisor is gone. */
const hearing = ({ log }: Service) => log.match(/"reason":"parent is gone"/g)?.length;
/** Of all processes that have said how they stopped. */
const codesOf = ({ log }: Service) => [...log.matchAll(/"code":(\d+),"msg":"stopped"/g)].map(([, code]) => code);

const refuses = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => {
      resolve(true);
    });
  });

describe('a service that is told to stop', () => {
  it('is not ready at once, serves on as the last of each connection, and finishes what a provider has in hand', async () => {
    const answer = hold();
    const service = await run({ PASSLANE_DRAIN_SECONDS: '2' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await get(`${service.url}/health/live`, agent);
    expect(before.headers.connection).toBe('keep-alive');
    service.child.signal('SIGTERM');
    await until('it to be not ready', async () => !(await service.ready()));
    const to = freshNumber();
    const started = await service.as(LIVE_KEY).start(to);
    expect(started.status).toBe(201);
    expect(started.headers.get('connection')).toBe('close');
    expect((await get(`${service.url}/health/live`, agent)).headers.connection).toBe('close');
    await until('the provider to have it', () => gateway.to(to).length === 1);
    await until('it to accept nothing any more', () => refuses(service.options.port));
    expect(service.child.running).toBe(true);
    answer();
    expect(await service.child.exited).toBe(0);
    expect(await redis.client.hget(stateKey(started.body.id), '1:status')).toBe('sent');
    expect(gateway.to(to)).toHaveLength(1);
  });

  it('hangs up on who has asked for nothing yet, and has time left for what a provider has in hand', async () => {
    const answer = hold();
    const service = await run();
    const to = freshNumber();
    const { body } = await service.as(LIVE_KEY).start(to);
    await until('the provider to have it', () => gateway.to(to).length === 1);
    const head = `POST /v1/verifications HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${LIVE_KEY}`;
    const clients = ['', head, `${head}\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{`].map((text) =>
      new RawClient(service.url).send(text),
    );
    await Promise.all(clients.map(({ socket }) => once(socket, 'connect')));
    // What is answered on a later connection has them all accepted.
    expect(await service.ready()).toBe(true);
    service.child.signal('SIGTERM');
    await until('it to hang up', () => clients.every(({ closed }) => closed), 12_000);
    answer();
    expect(await service.child.exited).toBe(0);
    expect(await redis.client.hget(stateKey(body.id), '1:status')).toBe('sent');
  });

  it('quits at once when it is told again', async () => {
    gateway.behaviour = behaviours.hangs;
    const service = await run();
    const to = freshNumber();
    await service.as(LIVE_KEY).start(to);
    await until('the provider to have it', () => gateway.to(to).length === 1);
    service.child.signal('SIGTERM');
    await until('it to hear that', () => service.log.includes('"stopping"'));
    // Twice within a second is one wish.
    await sleep(1_500);
    service.child.signal('SIGTERM');
    expect(await service.child.exited).toBe(143);
  });

  it('hears it while it is still starting', async () => {
    const child = spawnService({ redisUrl: 'redis://127.0.0.1:9', config: config(), port: await freePort() });
    // It waits two seconds for Redis; until its first line nobody could hear anything.
    await until('its first word', () => child.output.includes('redis'));
    child.signal('SIGTERM');
    expect(await child.exited).toBe(0);
  });
});

describe('several processes', () => {
  it('share the port, add up what they count, replace one that was killed, and stop together', async () => {
    const service = await run({ PASSLANE_PROCESSES: '2' });
    await until('both', () => service.log.match(/"listening"/g)?.length === 2);
    const pids = () => [...service.log.matchAll(/"pid":(\d+),"address"/g)].map(([, pid]) => Number(pid));
    const figures = () =>
      fetch(`${service.url}/metrics`, { signal: AbortSignal.timeout(4_000) }).then(
        (response) => response.text(),
        () => '',
      );
    const processes = async () => /^passlane_processes (\d+)/m.exec(await figures())?.[1];
    const answered = async () => {
      const counts = (await figures()).matchAll(/^passlane_http_\w+_count{.*health\/live.*} (\d+)/gm);
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    };
    expect(await processes()).toBe('2');
    const asked = Array.from({ length: 20 }, () => get(`${service.url}/health/live`, new Agent()));
    await Promise.all(asked);
    await until('all of them to be counted', async () => (await answered()) === asked.length);
    process.kill(pids()[0]!, 'SIGKILL');
    const seen: number[] = [];
    // None where the connection was the one's that is gone. One that Node's supervisor had just handed to it is never answered.
    const known = () => seen.filter((count) => count > 0);
    const replaced = async () => seen.push(await answered()) > 0 && pids().length === 3 && known().length > 0;
    await until('another in its place', replaced, 60_000);
    expect(Math.min(...known())).toBe(asked.length);
    await until('its figures', async () => (await processes()) === '2');
    // One that hangs keeps nobody from the figures of the other.
    process.kill(pids()[1]!, 'SIGSTOP');
    await until('the figures of both', async () => (await answered()) === asked.length, 20_000);
    process.kill(pids()[1]!, 'SIGCONT');
    expect((await service.as(LIVE_KEY).start(freshNumber())).status).toBe(201);
    expect(await service.stop()).toBe(0);
    for (const pid of pids()) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  }, 120_000);

  it('finish what they have in hand when their supervisor is killed', async () => {
    const answer = hold();
    const service = await run({ PASSLANE_PROCESSES: '2', PASSLANE_DRAIN_SECONDS: '3' });
    await until('both', () => service.log.match(/"listening"/g)?.length === 2);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await get(`${service.url}/health/live`, agent);
    const to = freshNumber();
    const { body } = await service.as(LIVE_KEY).start(to);
    await until('the provider to have it', () => gateway.to(to).length === 1);
    service.child.signal('SIGKILL');
    await until('both to hear that', () => hearing(service) === 2);
    // They still serve; only what all of them have counted nobody knows any more.
    expect((await get(`${service.url}/metrics`, agent)).statusCode).toBe(500);
    answer();
    // Comes when the last of them has ended.
    await service.child.exited;
    expect(codesOf(service)).toEqual(['0', '0']);
    expect(await redis.client.hget(stateKey(body.id), '1:status')).toBe('sent');
    expect(gateway.to(to)).toHaveLength(1);
  });

  it('stop as they should when their supervisor is killed while it asks what they have counted', async () => {
    const service = await run({ PASSLANE_PROCESSES: '2' });
    await until('both', () => service.log.match(/"listening"/g)?.length === 2);
    redis.signal('SIGSTOP');
    const asked = fetch(`${service.url}/metrics`).then(({ status }) => status);
    // The question is with both of them; what they answer waits for Redis.
    await sleep(200);
    service.child.signal('SIGKILL');
    await until('both to hear that', () => hearing(service) === 2);
    redis.signal('SIGCONT');
    await service.child.exited;
    expect(codesOf(service)).toEqual(['0', '0']);
    expect(await asked).toBe(500);
  });

  it('go on when one that fell over cannot start again, until it can', async () => {
    const file = join(temporaryDirectory(), 'passlane.yaml');
    const right = stringify(config());
    writeFileSync(file, right);
    const service = await run({ PASSLANE_PROCESSES: '2', PASSLANE_CONFIG: file });
    const listening = () => [...service.log.matchAll(/"pid":(\d+),"address"/g)].map(([, pid]) => Number(pid));
    await until('both', () => listening().length === 2);
    writeFileSync(file, 'accounts: 7');
    process.kill(listening()[0]!, 'SIGKILL');
    await until('two tries', () => service.log.match(/"a process has ended"/g)?.length === 3, 30_000);
    expect(service.log).toContain('accounts: must be an object');
    expect((await service.as(LIVE_KEY).start(freshNumber())).status).toBe(201);
    writeFileSync(file, right);
    await until('another in its place', () => listening().length === 3, 30_000);
    expect(await service.stop()).toBe(0);
  }, 120_000);

  it('end when they cannot start, with the reason', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const child = spawnService({ redisUrl: redis.url, config: config(), port, env: { PASSLANE_PROCESSES: '2' } });
    expect(await child.exited).toBe(1);
    expect(child.output).toContain(`PORT: ${port} is in use`);
    other.close();
  });
});
