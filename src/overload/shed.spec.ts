import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fastify, type FastifyInstance } from 'fastify';
import { until } from '../../test/support/wait.js';
import { Lifecycle } from '../shared/lifecycle.js';
import { Metrics } from '../shared/metrics.js';
import { Limiter, type Kind } from './limiter.js';
import { shedLoad } from './shed.js';

const face = {
  prefix: '/door/',
  type: 'application/json',
  schema: {},
  write: ({ status }: { status: number }) => ({ status, body: { wrong: true } }),
};

describe('shedLoad', () => {
  let app: FastifyInstance;
  let limiter: Limiter;
  let metrics: Metrics;
  let lifecycle: Lifecycle;
  let seen: string[];
  let served: number;
  let url: string;

  beforeEach(async () => {
    limiter = new Limiter(() => 1);
    metrics = new Metrics();
    app = fastify();
    seen = [];
    served = 0;
    app.addHook('onRequest', ({ url: address }, _reply, done) => {
      seen.push(address);
      done();
    });
    lifecycle = new Lifecycle();
    lifecycle.serve();
    shedLoad(app, limiter, { metrics, faces: [face], lifecycle });
    const ok = () => 'ok';
    app.post('/start', { config: { scope: 'verifications', load: 'start' } }, ok);
    app.post('/check', { config: { scope: 'verifications', load: 'check' } }, ok);
    app.get('/read', { config: { scope: 'verifications' } }, () => `${++served}`);
    app.get('/door/read', { config: { scope: 'any' } }, ok);
    app.get('/details', { config: { scope: 'admin', load: 'never' } }, ok);
    app.post('/receipts', ok);
    app.get('/hangs', { config: { scope: 'any' } }, () => new Promise(() => undefined));
    url = await app.listen({ port: 0, host: '127.0.0.1' });
  });

  afterEach(async () => {
    app.server.closeAllConnections();
    await app.close();
  });

  const call = (method: string, path: string) =>
    fetch(url + path, method === 'POST' ? { method, headers: { 'content-type': 'application/json' }, body: '{' } : {});

  /** Nothing of a kind has room any more, not even to wait. */
  const fill = (kind: Kind) => {
    while (limiter.enter(kind, () => undefined));
  };
  /** Leaves no room but to wait. */
  const occupy = (kind: Kind) => {
    const leaves: (() => void)[] = [];
    for (let isIn = true; isIn;) {
      isIn = false;
      leaves.push(limiter.enter(kind, () => (isIn = true))!);
    }
    leaves.pop()!();
    return leaves;
  };
  const count = (kind: Kind) => {
    const leaves = occupy(kind);
    for (const leave of leaves) leave();
    return leaves.length;
  };

  const expectShed = async (starts: number) => {
    const { values } = await metrics.shed.get();
    expect(values.map(({ labels, value }) => [labels.kind, value])).toEqual([
      ['start', starts],
      ['read', 0],
      ['check', 0],
    ]);
  };

  it('answers a problem that says when to come again, before the body is read', async () => {
    fill('start');
    const response = await call('POST', '/start');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ type: 'urn:passlane:problem:overloaded', code: 'overloaded' });
    expect((await call('GET', '/read')).status).toBe(200);
    await expectShed(1);
  });

  it('gives back the places of a caller who sends many requests at once and hangs up', async () => {
    const free = count('read');
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /hangs HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(free + 10));
    // Ten of them have to wait.
    await until('all of them', () => seen.length === free + 10);
    expect(count('read')).toBe(0);
    socket.destroy();
    await until('their places', () => count('read') === free);
  });

  it('refuses starts before Fastify has seen them, in the same words', async () => {
    fill('start');
    const early = await call('POST', '/start');
    expect(seen).toEqual([]);
    const late = await call('POST', '/start?x');
    expect(seen).toEqual(['/start?x']);
    expect(early.status).toBe(503);
    for (const name of ['retry-after', 'content-type']) expect(early.headers.get(name)).toBe(late.headers.get(name));
    const words = (await late.json()) as object;
    expect(await early.json()).toEqual({ ...words, request_id: early.headers.get('x-request-id') });
    await expectShed(2);
  });

  it('answers those that come together in their order, and outlives one that has gone before its answer', async () => {
    fill('start');
    const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('latin1');
    const start = (id: string) =>
      `POST /start HTTP/1.1\r\nhost: x\r\nx-request-id: ${id}\r\ncontent-length: 1\r\n\r\n{`;
    let answers = '';
    socket.on('data', (chunk: string) => (answers += chunk));
    socket.write(start('first') + start('second') + start('third'));
    await until('all answers', () => answers.includes('"request_id":"third"'));
    expect(answers.match(/(?<=x-request-id: )\w+/g)).toEqual(['first', 'second', 'third']);
    app.server.once('request', ({ socket: theirs }: { socket: Socket }) => theirs.destroy());
    socket.write(start('gone'));
    await once(socket, 'close');
    expect((await call('POST', '/start')).status).toBe(503);
    await expectShed(5);
  });

  it('hangs up after the answer when the caller wants that, and says how long it keeps a connection otherwise', async () => {
    fill('start');
    app.server.keepAliveTimeout = 72_000;
    const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('latin1');
    let answers = '';
    socket.on('data', (chunk: string) => (answers += chunk));
    socket.write('POST /start HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n{');
    await until('an answer', () => answers.endsWith('}'));
    expect(answers).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    expect(answers).toMatch(/\r\nconnection: keep-alive\r\nkeep-alive: timeout=\d+\r\n/);
    answers = '';
    socket.write('POST /start HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 1\r\n\r\n{');
    await once(socket, 'close');
    expect(answers).toMatch(/^HTTP\/1\.1 503 [\s\S]*\r\nconnection: close\r\n/i);
    await expectShed(2);
  });

  it('answers who asks much and reads late, once they read', async () => {
    fill('start');
    const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('latin1');
    const many = 20_000;
    socket.pause();
    for (let i = 0; i < many; i++) {
      socket.write(`POST /start HTTP/1.1\r\nhost: x\r\nx-request-id: n${i}\r\ncontent-length: 1\r\n\r\n{`);
    }
    const refused = async () => (await metrics.shed.get()).values[0]!.value;
    // What is not taken off its hands holds it up: it does not put together answers that nobody reads.
    let before = -1;
    await until('it to wait for its caller', async () => before === (before = await refused()) && before > 0);
    expect(before).toBeLessThan(many);
    let answers = '';
    socket.on('data', (chunk: string) => (answers += chunk)).resume();
    await until('all answers', () => answers.includes(`"request_id":"n${many - 1}"`));
    expect(answers.match(/(?<=x-request-id: n)\d+/g)).toEqual(Array.from({ length: many }, (_, i) => `${i}`));
    socket.destroy();
  });

  it('leaves to Fastify what has room, what may be another thing, and what is answered while the process drains', async () => {
    expect((await call('POST', '/start')).status).toBe(400);
    fill('read');
    fill('start');
    expect((await call('GET', '/read')).status).toBe(503);
    expect((await call('GET', '/start')).status).toBe(404);
    lifecycle.drain();
    expect((await call('POST', '/start')).status).toBe(503);
    expect(seen).toEqual(['/start', '/read', '/start', '/start']);
  });

  it('answers who has waited once there is room', async () => {
    const [leave] = occupy('read');
    const answer = call('GET', '/read');
    await until('it to have come', () => seen.length === 1);
    expect(served).toBe(0);
    leave!();
    expect((await answer).status).toBe(200);
  });

  it('forgets who does not wait any more', async () => {
    const leaves = occupy('read');
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /read HTTP/1.1\r\nhost: x\r\n\r\n');
    await until('it to have come', () => seen.length === 1);
    socket.destroy();
    await until(
      'it to be gone',
      () =>
        new Promise((resolve) =>
          app.server.getConnections((_, n) => {
            resolve(n === 0);
          }),
        ),
    );
    for (const leave of leaves) leave();
    expect((await call('GET', '/read')).status).toBe(200);
    expect(served).toBe(1);
  });

  it('takes what says nothing for a read, in the face of its door, and checks longer than all others', async () => {
    fill('read');
    expect((await call('GET', '/read')).status).toBe(503);
    const door = await call('GET', '/door/read');
    expect([door.status, await door.json()]).toEqual([503, { wrong: true }]);
    // Its body is wrong, which only one that was let in can know.
    expect((await call('POST', '/check')).status).toBe(400);
    fill('check');
    expect((await call('POST', '/check')).status).toBe(503);
  });

  it('never refuses what needs no key of ours, nor what says so', async () => {
    fill('check');
    expect((await call('GET', '/details')).status).toBe(200);
    expect((await call('POST', '/receipts')).status).toBe(400);
  });

  it('counts a request until it is answered, or its caller is gone', async () => {
    expect((await call('GET', '/read')).status).toBe(200);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /hangs HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(socket, 'ready');
    await until('it to be under way', () => count('check') === 63);
    socket.destroy();
    await until('it to be gone', () => count('check') === 64);
  });
});
