import type { LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Agent } from 'undici';
import type { ProviderError } from '../../providers/errors.js';
import { exchange } from '../../providers/http-client.js';
import { makeGuard } from './address.js';
import { makeGuardedAgent } from './agent.js';
import { processResolverOf } from './resolver.js';

let server: Server;
let port: number;
let connections = 0;
let answer = { status: 200, headers: {} };
let agents: Agent[] = [];

beforeAll(async () => {
  server = createServer((_, response) => {
    response.writeHead(answer.status, answer.headers).end();
  });
  server.on('connection', () => connections++);
  // On every address of the machine: whatever leads here would be seen.
  await new Promise<void>((resolve) => server.listen(0, resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(() => {
  connections = 0;
  answer = { status: 200, headers: {} };
});

afterEach(async () => {
  for (const agent of agents) await agent.destroy();
  agents = [];
});

function agentFor(allow: string[], resolve = processResolverOf('shop'), allowHttp = true): Agent {
  const agent = makeGuardedAgent(makeGuard({ allow, allowHttp }), resolve);
  agents.push(agent);
  return agent;
}

const post = (agent: Agent, host: string, path = '/') =>
  exchange(agent, `http://${host}:${port}${path}`, { method: 'POST', headers: {}, body: '{}' }, Date.now() + 10_000);

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'connected',
    (error: unknown) => (error as ProviderError).code,
  );

const at = (address: string): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 });

describe('the client of webhooks', () => {
  it.each([
    ...[
      '127.0.0.1',
      '127.0.0.2',
      '2130706433',
      '017700000001',
      '0177.0.0.1',
      '0x7f000001',
      '0x7f.1',
      '127.1',
      '127.0.1',
    ],
    ...['127.0.0.1.', '１２７.0.0.1', '①②⑦.0.0.1', '0.0.0.0', '0', '[::1]', '[::]', '[::ffff:127.0.0.1]'],
    ...['[::ffff:7f00:1]', '[0:0:0:0:0:ffff:127.0.0.1]', '[::127.0.0.1]', '[64:ff9b::127.0.0.1]', '[2002:7f00:1::]'],
    ...['10.0.0.1', '172.16.0.1', '192.168.0.1', '169.254.169.254', '0xa9fea9fe', '2852039166', '100.64.0.1'],
    ...['168.63.129.16', '224.0.0.1', '255.255.255.255', '[fe80::1]', '[fd00:ec2::254]', '[ff02::1]', 'localhost'],
  ])('connects to nothing for %s', async (host) => {
    expect(await codeOf(post(agentFor([]), host))).toBe('address_not_allowed');
    expect(connections).toBe(0);
  });

  it.each([
    ['a private address', ['127.0.0.1']],
    ['a private address behind a public one', ['1.1.1.1', '127.0.0.1']],
    ['a public address behind a private one', ['127.0.0.1', '1.1.1.1']],
    ['the same in IPv6', ['2606:4700::1', '::1']],
    ['an IPv4 address in IPv6', ['::ffff:127.0.0.1']],
    ['an address with a zone', ['fe80::1%lo']],
    ['no address', []],
  ])('connects to nothing for a name that has %s', async (_, addresses) => {
    const agent = agentFor([], () => Promise.resolve(addresses.map(at)));
    expect(await codeOf(post(agent, 'receiver.example'))).toBe('address_not_allowed');
    expect(connections).toBe(0);
  });

  it('looks a name up once for each connection, so that a second answer (rebinding) finds nobody who asks', async () => {
    const answers = ['127.0.0.2', '127.0.0.1'];
    let asked = 0;
    const agent = agentFor(['127.0.0.2'], () => Promise.resolve([at(answers[Math.min(asked++, 1)]!)]));
    expect((await post(agent, 'receiver.example')).status).toBe(200);
    expect(asked).toBe(1);
    expect(connections).toBe(1);
    // The kept connection is to the address that was checked; a new one is checked anew.
    await new Promise(setImmediate); // by then it is free again
    expect((await post(agent, 'receiver.example')).status).toBe(200);
    expect(asked).toBe(1);
    const closed = new Promise((resolve) => agent.once('disconnect', resolve));
    server.closeAllConnections();
    await closed;
    expect(await codeOf(post(agent, 'receiver.example'))).toBe('address_not_allowed');
    expect(asked).toBe(2);
    expect(connections).toBe(1);
  });

  it('connects to nothing without TLS unless that is allowed', async () => {
    expect(await codeOf(post(agentFor(['127.0.0.1'], undefined, false), '127.0.0.1'))).toBe('address_not_allowed');
    expect(connections).toBe(0);
    expect(await codeOf(post(agentFor(['127.0.0.1']), '127.0.0.1'))).toBe('connected');
  });

  it('does not follow a redirect', async () => {
    answer = { status: 307, headers: { location: `http://127.0.0.1:${port}/inside` } };
    const agent = agentFor(['127.0.0.2']);
    expect((await post(agent, '127.0.0.2')).status).toBe(307);
    expect(connections).toBe(1);
  });

  it('says what the resolver says of a name that does not exist', async () => {
    const unknown = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    expect(
      await codeOf(
        post(
          agentFor([], () => Promise.reject(unknown)),
          'nobody.example',
        ),
      ),
    ).toBe('ENOTFOUND');
  });
});
