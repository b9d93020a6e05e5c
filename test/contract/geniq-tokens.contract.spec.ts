import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Provider } from '../../src/providers/contract.js';
import { GENIQ_TOKEN } from '../peers/geniq-vendor.js';
import { behaviours } from '../support/gateway.js';
import { failureOf, GeniqBench, sendOver } from '../support/geniq.js';
import { until } from '../support/wait.js';

const bench = GeniqBench.use();

/** Everybody's clock, the vendor's too, in milliseconds ahead of the real one. */
const clock = { ahead: 0 };

beforeEach(() => {
  const now = Date.now.bind(Date);
  clock.ahead = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + clock.ahead);
});
afterEach(() => {
  jest.restoreAllMocks();
});

const number = (i: number): string => `+1415${5_550_000 + i}`;

/** So many messages, each to a number of its own, at most fifty on their way at a time. */
async function sendMany(provider: Provider, count: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await sendOver(provider, { to: number(next++) });
  };
  await Promise.all(Array.from({ length: 50 }, worker));
}

const takenNumbers = (): string[] => bench.vendor.taken.map(({ fields }) => `+${String(fields.recipient)}`).sort();
const allNumbers = (count: number): string[] => Array.from({ length: count }, (_, i) => number(i)).sort();

describe('geniq: tokens', () => {
  it('E2 renews once for a thousand messages, fifty at a time, though the token ends among them', async () => {
    const { vendor, gateway } = bench;
    gateway.behaviour = (received, response) => {
      if (vendor.taken.length === 500 && vendor.tokensGiven === 1) vendor.endTokens();
      vendor.behaviour(received, response);
    };
    await sendMany(bench.account(), 1_000);
    expect(takenNumbers()).toEqual(allNumbers(1_000));
    expect(bench.calls().filter((call) => call === 'POST token')).toHaveLength(2);
    // Those on their way when it ended, and nobody else, were sent once more.
    const again = gateway.received.length - 2 - 1_000;
    expect(again).toBeGreaterThan(0);
    expect(again).toBeLessThanOrEqual(50);
  });

  it('E1 asks once for all that start together', async () => {
    await sendMany(bench.account(), 50);
    expect(bench.vendor.tokensGiven).toBe(1);
  });

  it('asks again after a request that has failed, and not for each who waited', async () => {
    const { vendor, gateway } = bench;
    const main = bench.account();
    gateway.behaviour = behaviours.answers(503);
    const failures = await Promise.all(Array.from({ length: 20 }, () => failureOf(sendOver(main))));
    for (const { kind, code } of failures) expect([kind, code]).toEqual(['unreachable', 'http_503']);
    expect(bench.calls()).toEqual(['POST token']);
    gateway.behaviour = vendor.behaviour;
    await sendOver(main);
    expect(vendor.taken).toHaveLength(1);
  });

  it.each([
    ['refused credentials', behaviours.answers(401, '{"responseCode":"24"}'), 'misconfigured', '24'],
    ['refused credentials without words', behaviours.answers(401), 'misconfigured', 'http_401'],
    ['no token made', behaviours.answers(200, '{"responseCode":"18"}'), 'unreachable', '18'],
    ['a dropped connection', behaviours.hangsUp, 'unreachable', 'UND_ERR_SOCKET'],
    ['a success without a token', behaviours.answers(200, '{"responseCode":"0"}'), 'unknown', 'no_token'],
    ['a page for people', behaviours.answers(200, '<html>'), 'unreachable', 'answer_is_not_json'],
  ])('calls it no sent message when the request for the token ends with %s', async (_, behaviour, kind, code) => {
    bench.gateway.behaviour = behaviour;
    expect(await failureOf(sendOver(bench.account()))).toMatchObject({ kind, code });
    expect(bench.calls()).toEqual(['POST token']);
  });

  /** The next answers wait. @returns gives the last of them */
  const holdAnswer = (): (() => void) => {
    const { vendor, gateway } = bench;
    let release = (): void => undefined;
    gateway.behaviour = (received, response) => {
      release = () => {
        vendor.behaviour(received, response);
      };
    };
    return () => {
      release();
    };
  };

  it('each message waits for a hanging request until its own deadline, and was not sent', async () => {
    const { vendor, gateway } = bench;
    const main = bench.account();
    const release = holdAnswer();
    const patient = sendOver(main);
    const hasty = failureOf(sendOver(main, {}, 0.2));
    expect(await hasty).toMatchObject({ kind: 'unreachable', code: 'token_timeout' });
    await until('the request', () => gateway.received.length === 1);
    gateway.behaviour = vendor.behaviour;
    release();
    await patient;
    expect(bench.calls()).toEqual(['POST token', 'POST sms']);
  });

  it('asks whether a message that waited for its token is still wanted', async () => {
    const { vendor, gateway } = bench;
    const main = bench.account();
    const release = holdAnswer();
    let wanted = true;
    const late = failureOf(sendOver(main, { stillWanted: () => Promise.resolve(wanted) }));
    await until('the request', () => gateway.received.length === 1);
    wanted = false;
    gateway.behaviour = vendor.behaviour;
    release();
    expect(await late).toMatchObject({ kind: 'rejected', code: 'no_longer_wanted' });
    expect(bench.calls()).toEqual(['POST token']);
  });

  it('renews a token a minute before it ends, while messages still go out with it', async () => {
    const { vendor } = bench;
    const main = bench.account();
    await sendOver(main);
    clock.ahead = 58 * 60_000;
    await sendOver(main);
    clock.ahead = 59.5 * 60_000;
    await sendOver(main);
    await until('the new token', () => vendor.tokensGiven === 2);
    // The provider has it a moment after the vendor has given it.
    await until('a message with it', async () => {
      await sendOver(main);
      return bench.bearers().at(-1) === `${GENIQ_TOKEN}.2`;
    });
    expect(bench.bearers().slice(0, 3)).toEqual(Array(3).fill(`${GENIQ_TOKEN}.1`));
    expect(vendor.tokensGiven).toBe(2);
  });

  it('does not try a token that has ended', async () => {
    const main = bench.account();
    await sendOver(main);
    clock.ahead = 2 * 3_600_000;
    await sendOver(main);
    expect(bench.calls()).toEqual(['POST token', 'POST sms', 'POST token', 'POST sms']);
  });
});
