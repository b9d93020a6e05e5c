import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Agent } from 'undici';
import { behaviours, Gateway } from '../../test/support/gateway.js';
import { inSeconds } from '../../test/support/messages.js';
import { until } from '../../test/support/wait.js';
import { exchange, makeAgent } from './http-client.js';

const POST = { method: 'POST', headers: {}, body: 'x' } as const;

/** What the contract tests (test/contract) cannot see from outside a provider. */
describe('exchange', () => {
  let gateway: Gateway;
  let agent: Agent;

  beforeEach(async () => {
    gateway = await Gateway.start();
    agent = makeAgent(120);
  });

  afterEach(async () => {
    await gateway.stop();
    await agent.close();
  });

  it('gives the whole answer, whatever its status', async () => {
    gateway.behaviour = behaviours.answers(418, 'Zürich ☎');
    expect(await exchange(agent, gateway.url, POST, inSeconds(5))).toEqual({ status: 418, text: 'Zürich ☎' });
  });

  it('takes an answer of 64 KB, and none that is larger', async () => {
    gateway.behaviour = behaviours.answers(200, 'x'.repeat(65_536));
    expect((await exchange(agent, gateway.url, POST, inSeconds(5))).text).toHaveLength(65_536);
    gateway.behaviour = behaviours.answers(200, 'x'.repeat(65_537));
    const refused = exchange(agent, gateway.url, POST, inSeconds(5));
    await expect(refused).rejects.toMatchObject({ kind: 'maybe_sent', code: 'answer_too_large' });
  });

  it('gives up a request that found no free connection by its deadline, and never sends it', async () => {
    gateway.behaviour = behaviours.hangs;
    const hanging = Array.from({ length: 128 }, () =>
      exchange(agent, gateway.url, POST, inSeconds(60)).catch((error: unknown) => error),
    );
    await until('all connections to be busy', () => gateway.received.length === 128);
    const began = Date.now();
    const late = exchange(agent, `${gateway.url}/late`, POST, inSeconds(0.2));
    await expect(late).rejects.toMatchObject({ kind: 'unreachable', code: 'timeout' });
    expect(Date.now() - began).toBeLessThan(3_000);

    gateway.behaviour = behaviours.answers(200);
    const next = exchange(agent, `${gateway.url}/next`, POST, inSeconds(20));
    gateway.hangUp();
    await Promise.all(hanging);
    expect(await next).toEqual({ status: 200, text: '' });
    expect(gateway.received.slice(128).map(({ url }) => url)).toEqual(['/next']);
  });

  it('has a connection for each message that is on its way, and some for other questions', async () => {
    gateway.behaviour = behaviours.hangs;
    const wide = makeAgent(300);
    const hanging = Array.from({ length: 308 }, () =>
      exchange(wide, gateway.url, POST, inSeconds(60)).catch((error: unknown) => error),
    );
    await until('all of them', () => gateway.received.length === 308);
    gateway.hangUp();
    await Promise.all(hanging);
    await wide.close();
  });

  it('asks whether it is still wanted where it had to wait for a connection, and not where one is free', async () => {
    const stillWanted = jest.fn<() => Promise<boolean>>().mockResolvedValue(true);
    const send = (path: string, asked = stillWanted) =>
      exchange(agent, `${gateway.url}/${path}`, POST, inSeconds(20), asked);
    gateway.behaviour = behaviours.answers(200);
    await send('connects');
    stillWanted.mockClear();
    await send('finds-a-free-one');
    expect(stillWanted).not.toHaveBeenCalled();

    gateway.behaviour = behaviours.hangs;
    const hanging = Array.from({ length: 128 }, () =>
      exchange(agent, gateway.url, POST, inSeconds(60)).catch((error: unknown) => error),
    );
    await until('all connections to be busy', () => gateway.received.length === 130);
    const wanted = send('wanted');
    const unwanted = send('unwanted', jest.fn<() => Promise<boolean>>().mockResolvedValue(false));
    gateway.behaviour = behaviours.answers(200);
    await sleep(300);
    gateway.hangUp();
    await expect(unwanted).rejects.toMatchObject({ kind: 'rejected', code: 'no_longer_wanted' });
    expect(await wanted).toEqual({ status: 200, text: '' });
    expect(stillWanted).toHaveBeenCalled();
    await Promise.all(hanging);
    expect(gateway.received.map(({ url }) => url).filter((url) => url !== '/')).toEqual([
      '/connects',
      '/finds-a-free-one',
      '/wanted',
    ]);
  });

  it('calls it a wrong setting when HTTP does not allow an address or a header', async () => {
    const header = exchange(agent, gateway.url, { ...POST, headers: { 'x-text': 'a\nb' } }, inSeconds(5));
    await expect(header).rejects.toMatchObject({ kind: 'misconfigured' });
    const address = exchange(agent, 'http://exa mple:99999/', POST, inSeconds(5));
    await expect(address).rejects.toMatchObject({ kind: 'misconfigured' });
    expect(gateway.received).toEqual([]);
  });
});
