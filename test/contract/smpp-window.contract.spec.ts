import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutgoingMessage, Provider } from '../../src/providers/contract.js';
import { behaviours, Smsc, type Behaviour } from '../peers/smpp-smsc.js';
import { inSeconds, outgoingMessage } from '../support/messages.js';
import { failureOf, smppAccount } from '../support/smpp.js';
import { until } from '../support/wait.js';

/** The deadline of messages that are not to leave, or not to be answered. */
const DEADLINE = 0.5;
const message = outgoingMessage();
const many = (count: number): OutgoingMessage[] =>
  Array.from({ length: count }, (_, i) => outgoingMessage({ to: `+1415555${1_000 + i}`, text: `Text ${i}.` }));

let smsc: Smsc;
const running: Provider[] = [];

beforeEach(async () => {
  smsc = await Smsc.start();
});
afterEach(async () => {
  for (const provider of running.splice(0)) await provider.close?.();
  await smsc.stop();
  expect(smsc.violations).toEqual([]);
});

function account(settings: object = {}): Provider {
  const provider = smppAccount(smsc, settings);
  running.push(provider);
  return provider;
}

describe('the window', () => {
  it('holds back what is too much, and lets it go with the answers', async () => {
    smsc.behaviour = behaviours.hangs;
    const provider = account({ window: 3 });
    const sends = many(5).map((one) => provider.send(one, inSeconds(60)));
    await until('a full window', () => smsc.received.length === 3);
    smsc.behaviour = behaviours.accepts;
    for (const submit of smsc.received.slice()) behaviours.accepts(submit, smsc);
    expect(new Set((await Promise.all(sends)).map(({ messageId }) => messageId)).size).toBe(5);
  });

  it('was full until the deadline: then nothing was sent', async () => {
    smsc.behaviour = behaviours.hangs;
    const provider = account({ window: 1 });
    const hanging = failureOf(provider, 60);
    await until('a full window', () => smsc.received.length === 1);
    expect(await failureOf(provider, DEADLINE)).toMatchObject({ kind: 'unreachable', code: 'window_full' });
    smsc.hangUp();
    expect((await hanging).kind).toBe('maybe_sent');
    expect(smsc.received).toHaveLength(1);
  });

  it('is free again when an answer never came', async () => {
    smsc.behaviour = behaviours.hangs;
    const provider = account({ window: 1 });
    expect((await failureOf(provider, DEADLINE)).kind).toBe('maybe_sent');
    smsc.behaviour = behaviours.accepts;
    expect(await provider.send(message, inSeconds(10))).toEqual({ messageId: 'm-1' });
  });

  it('is shut for a while when the vendor wants it slower; longer the next time', async () => {
    const provider = account();
    const took: number[] = [];
    for (let i = 0; i < 3; i++) {
      const began = Date.now();
      smsc.behaviour = behaviours.refuses(0x58);
      expect((await failureOf(provider)).kind).toBe('throttled');
      smsc.behaviour = behaviours.refuses(0x14);
      expect((await failureOf(provider)).kind).toBe('throttled');
      took.push(Date.now() - began);
    }
    // Halves of 100, of 200 and 400, of 800 and 1600 ms at least (and timers that fire a little early).
    expect(took[0]).toBeGreaterThan(45);
    expect(took[1]).toBeGreaterThan(290);
    expect(took[2]).toBeGreaterThan(1_190);
    expect(smsc.received).toHaveLength(6);
  });

  it('was shut until the deadline: then the message was too fast, and not sent', async () => {
    smsc.behaviour = behaviours.refuses(0x58);
    const provider = account({ window: 1 });
    for (let i = 0; i < 6; i++) await failureOf(provider);
    smsc.behaviour = behaviours.accepts;
    const late = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        provider.send(message, inSeconds(0.05 * i)).catch((error: unknown) => error),
      ),
    );
    expect(late).toContainEqual(expect.objectContaining({ kind: 'throttled', code: 'paused' }));
  });
});

describe('a text of several parts', () => {
  const long = outgoingMessage({ text: 'a'.repeat(300) });
  /** Answers the parts with these, in their order. */
  const inTurn =
    (...turns: Behaviour[]): Behaviour =>
    (submit, centre) => {
      turns[(centre.received.length - 1) % turns.length]!(submit, centre);
    };

  it('E15 is accepted when all are, under the id of the last', async () => {
    expect(await account().send(long, inSeconds(10))).toEqual({ messageId: 'm-2' });
    expect(smsc.received.map(({ text }) => text.length)).toEqual([153, 147]);
    expect(smsc.received.map(({ registered }) => registered)).toEqual([0, 1]);
  });

  it.each([
    ['all are refused', [behaviours.refuses(0x0b), behaviours.refuses(0x08)], 'bad_recipient', 'smpp_0x0b'],
    ['the last is refused', [behaviours.accepts, behaviours.refuses(0x58)], 'maybe_sent', 'part_smpp_0x58'],
    ['the first is refused', [behaviours.refuses(0x0b), behaviours.accepts], 'maybe_sent', 'part_smpp_0x0b'],
    ['one is not answered', [behaviours.refuses(0x0b), behaviours.hangs], 'maybe_sent', 'timeout'],
  ])('fails when %s', async (_, turns, kind, code) => {
    smsc.behaviour = inTurn(...turns);
    expect(await failureOf(account(), 2, long)).toMatchObject({ kind, code });
    expect(smsc.received).toHaveLength(2);
  });
});
