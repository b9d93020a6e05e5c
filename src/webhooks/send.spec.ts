import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Agent } from 'undici';
import { makeGuard } from './guard/address.js';
import { makeGuardedAgent } from './guard/agent.js';
import { processResolverOf } from './guard/resolver.js';
import { send } from './send.js';
import { newSigningKey } from './signing/signing-key.js';

let server: Server;
let agent: Agent;
let listener: RequestListener;

beforeEach(async () => {
  server = createServer((request, response) => {
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  agent = makeGuardedAgent(makeGuard({ allow: ['127.0.0.1'], allowHttp: true }), processResolverOf('shop'));
});

afterEach(async () => {
  await agent.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function post(timeoutMs?: number, url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`) {
  const settings = { url, events: ['*'], challenge: false, created_at: '', key: newSigningKey('hmac') };
  return send(agent, settings, 'evt_1', '{}', timeoutMs);
}

describe('an attempt to send', () => {
  it.each([
    [200, true],
    [204, true],
    [299, true],
    [301, false],
    [307, false],
    [400, false],
    [410, false],
    [500, false],
  ])('that is answered %d is a success: %s', async (status, delivered) => {
    listener = (_, response) => response.writeHead(status, { location: '/inside' }).end();
    expect(await post()).toMatchObject({ delivered, status, error: null });
  });

  it('that is not answered in time has failed (H7)', async () => {
    listener = () => undefined;
    expect(await post(50)).toMatchObject({ delivered: false, status: null, error: 'timeout' });
  });

  it('that cannot be made says why, and never throws', async () => {
    listener = (request) => request.socket.destroy();
    expect(await post()).toMatchObject({ delivered: false, status: null, error: 'UND_ERR_SOCKET' });
    expect(await post(undefined, 'http://127.0.0.2:1/')).toMatchObject({ error: 'address_not_allowed' });
    expect(await post(undefined, 'no address')).toMatchObject({ error: 'bad_url' });
  });

  it('keeps up to 1 KB of an answer, of a failure only', async () => {
    listener = (_, response) => response.writeHead(500).end(`a${'é'.repeat(600)}`);
    expect((await post()).answer).toBe(`a${'é'.repeat(511)}`);
    listener = (_, response) => response.end('fine');
    expect((await post()).answer).toBeNull();
  });
});
