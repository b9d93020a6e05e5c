import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutgoingMessage, Provider } from '../../src/providers/contract.js';
import { ProviderError, type FailureKind } from '../../src/providers/errors.js';
import { providers } from '../../src/providers/registry.js';
import { withPeer } from '../peers/all.js';
import { type Behaviour, behaviours, Gateway, type Received } from '../support/gateway.js';
import { inSeconds, outgoingMessage } from '../support/messages.js';
import { makeProvider } from '../support/provider.js';
import { TestRedis } from '../support/redis.js';
import { freePort } from '../support/ports.js';
import { until } from '../support/wait.js';

/** Providers that do not speak HTTP; each has a list of its own in `<use>.contract.spec.ts`. */
const WITHOUT_PEER = ['sandbox', 'smpp'];

/** What a status means without any words beside it (src/providers/errors.ts). */
const STATUSES: Readonly<Record<number, FailureKind>> = {
  500: 'unreachable',
  502: 'unreachable',
  503: 'unreachable',
  504: 'maybe_sent',
  524: 'maybe_sent',
  408: 'unreachable',
  429: 'throttled',
  402: 'quota',
  400: 'bad_message',
  422: 'bad_message',
  401: 'misconfigured',
  403: 'misconfigured',
  404: 'misconfigured',
};
/** The deadline of messages to vendors that do not answer, and how late `send` may be on a busy machine. */
const DEADLINE = 0.3;
const LATEST = 3;

describe('the registry', () => {
  it.each(providers.map(({ use }) => use).filter((use) => !WITHOUT_PEER.includes(use)))('has a peer for %s', (use) => {
    const has = withPeer.some(({ definition }) => definition.use === use);
    expect(has ? '' : `the provider ${use} has no peer: write test/peers/${use}.ts (see test/peers/peer.ts)`).toBe('');
  });

  it('names each provider once', () => {
    const names = providers.map(({ use }) => use);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(WITHOUT_PEER));
  });
});

describe.each(withPeer)('the provider $definition.use', ({ definition, peer }) => {
  let redis: TestRedis;
  let gateway: Gateway;
  const running: Provider[] = [];
  const message = outgoingMessage({ code: '730519', text: 'Say 730519 to nobody.', channel: definition.channels[0] });

  beforeAll(async () => {
    redis = await TestRedis.start();
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    gateway = await Gateway.start();
    gateway.aside = peer.aside;
  });
  afterEach(async () => {
    await gateway.stop();
    for (const provider of running.splice(0)) await provider.close?.();
  });

  /** An account whose vendor is at `url`. */
  function account(url: string): Provider {
    const provider = makeProvider(definition, peer.settings(url), redis.client);
    running.push(provider);
    return provider;
  }

  /** How a message fails. What the error tells is looked at each time: it ends up in records and logs. */
  async function failure(provider: Provider, seconds = 5): Promise<{ kind: FailureKind; code: string; ms: number }> {
    const began = Date.now();
    const error: unknown = await provider.send(message, inSeconds(seconds)).then(
      (accepted) => accepted,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof ProviderError)) throw new Error(`no ProviderError but ${inspect(error)}`);
    const told = inspect(error, { depth: 10, showHidden: true });
    const { to, text, code } = message;
    for (const secret of [...peer.secrets, to, to.slice(1), to.slice(2), text, code])
      expect(told).not.toContain(secret);
    expect(error.code).toMatch(/^[\w.#-]{1,64}$/);
    return { kind: error.kind, code: error.code, ms: Date.now() - began };
  }

  function failureOf(behaviour: Behaviour, seconds?: number) {
    gateway.behaviour = behaviour;
    return failure(account(gateway.url), seconds);
  }

  /** Every answer repeats the whole request, as test servers and careless gateways do. */
  const echoing =
    (status: number, headers: Record<string, string> = {}): Behaviour =>
    ({ url, text, headers: sent }, response) => {
      response.writeHead(status, headers).end(JSON.stringify({ message: `${url} ${text} ${JSON.stringify(sent)}` }));
    };

  const expectAtDeadline = ({ ms }: { ms: number }): void => {
    expect(ms).toBeGreaterThanOrEqual(DEADLINE * 1_000 - 20);
    expect(ms).toBeLessThan(LATEST * 1_000);
  };

  it('hands a message over, once, and gives the vendor’s id', async () => {
    gateway.behaviour = peer.accepts;
    expect(await account(gateway.url).send(message, inSeconds(5))).toEqual(peer.accepted);
    expect(gateway.received).toHaveLength(1);
    expect(peer.carries(gateway.received[0]!, message)).toBe(true);
  });

  it('hands over a hundred at a time without mixing them up', async () => {
    gateway.behaviour = peer.accepts;
    const provider = account(gateway.url);
    const messages = Array.from({ length: 100 }, (_, i) => ({
      ...message,
      to: `+1415555${1_000 + i}`,
      text: `Text ${i}.`,
    }));
    await Promise.all(messages.map((one: OutgoingMessage) => provider.send(one, inSeconds(20))));
    const unseen = messages.filter(
      (one) => gateway.received.filter((got: Received) => peer.carries(got, one)).length !== 1,
    );
    expect(unseen).toEqual([]);
  });

  const statuses = Object.entries({ ...STATUSES, ...peer.statuses });
  it.each(statuses)('calls the status %s %s', async (status, kind) => {
    expect(await failureOf(echoing(Number(status)))).toMatchObject({ kind });
    expect(gateway.received).toHaveLength(1);
  });

  it.each(peer.refuses)('takes %s for no success', async (_, answer, kind) => {
    expect(await failureOf(answer)).toMatchObject({ kind });
    expect(gateway.received).toHaveLength(1);
  });

  it.each([301, 302, 303, 307, 308])('does not follow a redirect with %i', async (status) => {
    const elsewhere = await Gateway.start();
    elsewhere.behaviour = peer.accepts;
    try {
      const { kind } = await failureOf(echoing(status, { location: `${elsewhere.url}/send` }));
      expect(kind).toBe('misconfigured');
      expect(elsewhere.received).toEqual([]);
    } finally {
      await elsewhere.stop();
    }
  });

  it('is not sure whether a message was sent when no answer comes by the deadline', async () => {
    const failed = await failureOf(behaviours.hangs, DEADLINE);
    expect(failed).toMatchObject({ kind: 'maybe_sent', code: 'timeout' });
    expectAtDeadline(failed);
    expect(gateway.received).toHaveLength(1);
  });

  it('is not sure when the answer does not end by the deadline', async () => {
    const failed = await failureOf((_, response) => response.writeHead(200).write('{"id":'), DEADLINE);
    expect(failed.kind).toBe('maybe_sent');
    expectAtDeadline(failed);
  });

  it('is not sure when the answer comes drop by drop', async () => {
    const failed = await failureOf((_, response) => {
      const drops = setInterval(() => response.write(' '), 20);
      response.on('close', () => {
        clearInterval(drops);
      });
    }, DEADLINE);
    expect(failed.kind).toBe('maybe_sent');
    expectAtDeadline(failed);
  });

  it('is not sure when the vendor hangs up after the request', async () => {
    expect(await failureOf(behaviours.hangsUp)).toMatchObject({ kind: 'maybe_sent' });
    expect(gateway.received).toHaveLength(1);
  });

  it('is not sure when the vendor hangs up within the answer', async () => {
    const { kind } = await failureOf((_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"id":"m-1"', () => response.socket?.destroy());
    });
    expect(kind).toBe('maybe_sent');
  });

  it('does not read an answer that never ends', async () => {
    let written = 0;
    let closed = false;
    const chunk = Buffer.alloc(64 * 1024, ' ');
    const { kind } = await failureOf((_, response) => {
      const more = (): void => {
        while (!closed) {
          written += chunk.length;
          if (!response.write(chunk)) break;
        }
      };
      response.on('drain', more).on('close', () => (closed = true));
      more();
    });
    expect(kind).toBe('maybe_sent');
    await until('the end of the connection', () => closed);
    expect(written).toBeLessThan(32 * 1024 * 1024);
  });

  it.each([
    ['a page for people', '<html><body>It works!</body></html>'],
    ['nothing', ''],
    ['half of it', '{"id":"m-1"'],
    ['bytes', '\u0000\u0001\ufffd'],
    ['null', 'null'],
    ['half of a deep one', '['.repeat(20_000)],
    ['a deep one', `{"id":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
  ])('is not sure when a 200 makes no sense: %s', async (_, body) => {
    expect(await failureOf(behaviours.answers(200, body))).toMatchObject({ kind: 'maybe_sent' });
  });

  it('knows that nothing was sent when nobody listens', async () => {
    const { kind } = await failure(account(`http://127.0.0.1:${await freePort()}`));
    expect(kind).toBe('unreachable');
  });

  it('knows that nothing was sent when the deadline has passed before', async () => {
    gateway.behaviour = peer.accepts;
    const provider = account(gateway.url);
    // With a connection that is open already.
    await provider.send(message, inSeconds(5));
    expect(await failure(provider, -1)).toMatchObject({ kind: 'unreachable' });
    expect(gateway.received).toHaveLength(1);
  });

  describe('with a vendor that does not even speak HTTP', () => {
    let server: Server;
    const sockets = new Set<Socket>();
    const open = async (onData: (socket: Socket) => void): Promise<number> => {
      server = createServer((socket) => {
        sockets.add(socket);
        socket
          .on('error', () => undefined)
          .on('data', () => {
            onData(socket);
          });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return (server.address() as AddressInfo).port;
    };
    afterEach(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });

    it(`${peer.asksFirst ? 'knows that nothing was sent' : 'is not sure'} when something else answers`, async () => {
      const port = await open((socket) => socket.write('220 mail.example.com ESMTP\r\n'));
      const { kind } = await failure(account(`http://127.0.0.1:${port}`));
      expect(kind).toBe(peer.asksFirst ? 'unreachable' : 'maybe_sent');
    });

    it('knows that nothing was sent while TLS is not agreed on', async () => {
      const port = await open(() => undefined);
      const failed = await failure(account(`https://127.0.0.1:${port}`), DEADLINE);
      expect(failed.kind).toBe('unreachable');
      expectAtDeadline(failed);
    });
  });

  it('has no open connection after its end', async () => {
    gateway.behaviour = peer.accepts;
    const provider = account(gateway.url);
    await provider.send(message, inSeconds(5));
    running.length = 0;
    await provider.close?.();
    // Sooner than the vendor would end them by itself (idle ones last some 3 s).
    await until('all connections to end', () => gateway.connections === 0, 2_000);
  });
});
