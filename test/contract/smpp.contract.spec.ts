import { createServer, type AddressInfo, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutgoingMessage, Provider } from '../../src/providers/contract.js';
import type { FailureKind } from '../../src/providers/errors.js';
import { behaviours, PASSWORD, Smsc, type Behaviour } from '../peers/smpp-smsc.js';
import { inSeconds, outgoingMessage } from '../support/messages.js';
import { freePort } from '../support/ports.js';
import { failureOf, smppAccount } from '../support/smpp.js';
import { until } from '../support/wait.js';

/** The deadline of messages to a centre that does not answer, and how late `send` may be on a busy machine. */
const DEADLINE = 0.5;
const LATEST_MS = 5_000;

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

function account(settings: object = {}, at: { url: string } = smsc): Provider {
  const provider = smppAccount(at, settings);
  running.push(provider);
  return provider;
}

const message = outgoingMessage();
const many = (count: number): OutgoingMessage[] =>
  Array.from({ length: count }, (_, i) => outgoingMessage({ to: `+1415555${1_000 + i}`, text: `Text ${i}.` }));

describe('a message over SMPP', () => {
  it('E15 is handed over, once, and gets the vendor’s id', async () => {
    expect(await account().send(message, inSeconds(10))).toEqual({ messageId: 'm-1' });
    expect(smsc.received).toHaveLength(1);
    expect(smsc.received[0]).toMatchObject({
      source: { ton: 5, npi: 0, address: 'Shop' },
      destination: { ton: 1, npi: 1, address: '14155550100' },
      esmClass: 0,
      validity: '000000000500000R',
      registered: 1,
      coding: 0,
      text: message.text,
    });
  });

  it('is not mixed up with a hundred others', async () => {
    const provider = account({ binds: 2 });
    const accepted = await Promise.all(many(100).map((one) => provider.send(one, inSeconds(30))));
    expect(new Set(accepted.map(({ messageId }) => messageId)).size).toBe(100);
    const texts = new Map(smsc.received.map(({ destination, text }) => [`+${destination.address}`, text]));
    for (const { to, text } of many(100)) expect(texts.get(to)).toBe(text);
    expect(smsc.received).toHaveLength(100);
  });

  it.each<[number, FailureKind]>([
    [0x08, 'unreachable'],
    [0x0a, 'bad_message'],
    [0x0b, 'bad_recipient'],
    [0x45, 'rejected'],
    [0x58, 'throttled'],
    [0xc3, 'misconfigured'],
    [0x40b, 'quota'],
    [0x7777, 'unknown'],
  ])('fails with the status %i as %s, and tells nothing of itself', async (status, kind) => {
    smsc.behaviour = behaviours.refuses(status);
    const error: unknown = await account()
      .send(message, inSeconds(10))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind, code: `smpp_0x${status.toString(16).padStart(2, '0')}` });
    const told = inspect(error, { depth: 10, showHidden: true });
    for (const secret of [PASSWORD, message.to.slice(1), message.text, message.code])
      expect(told).not.toContain(secret);
  });

  it('fails when it is answered with a generic_nack', async () => {
    smsc.behaviour = ({ session, sequence }) => {
      session.write(0x80000000, sequence, undefined, 0x03);
    };
    expect(await failureOf(account())).toMatchObject({ kind: 'bad_message', code: 'smpp_0x03' });
  });

  it('may have been sent when no answer comes by the deadline', async () => {
    const provider = account();
    await provider.send(message, inSeconds(10));
    smsc.behaviour = behaviours.hangs;
    const failed = await failureOf(provider, DEADLINE);
    expect(failed).toMatchObject({ kind: 'maybe_sent', code: 'timeout' });
    expect(failed.ms).toBeGreaterThanOrEqual(DEADLINE * 1_000 - 20);
    expect(failed.ms).toBeLessThan(LATEST_MS);
  });

  const spoiled: [string, Behaviour][] = [
    ['hangs up', behaviours.hangsUp],
    ['unbinds', ({ session }) => session.request(0x06)],
    ['names a length of gigabytes', ({ session }) => session.socket.write(Buffer.from('7fffffff80000004', 'hex'))],
    ['names no length', ({ session }) => session.socket.write(Buffer.alloc(16))],
    ['speaks something else', ({ session }) => session.socket.write('220 mail.example.com ESMTP\r\n')],
  ];
  it.each(spoiled)('may have been sent when the centre %s; the next one goes over a new bind', async (_, behaviour) => {
    const provider = account();
    smsc.behaviour = behaviour;
    expect((await failureOf(provider, 20)).kind).toBe('maybe_sent');
    smsc.behaviour = behaviours.accepts;
    expect(await provider.send(message, inSeconds(20))).toEqual({ messageId: 'm-1' });
    expect(smsc.count('bind_transceiver')).toBe(2);
  });

  it('is not answered by an answer to something else', async () => {
    const provider = account();
    smsc.behaviour = ({ session, sequence }) => {
      session.write(0x80000015, sequence);
      session.write(0x80000004, sequence + 1);
    };
    expect((await failureOf(provider, DEADLINE)).kind).toBe('maybe_sent');
  });

  it('was not sent when its deadline has passed before', async () => {
    const provider = account();
    await provider.send(message, inSeconds(10));
    expect(await failureOf(provider, -1)).toMatchObject({ kind: 'unreachable', code: 'timeout' });
    expect(smsc.received).toHaveLength(1);
  });
});

describe('without a bind', () => {
  it('a message fails at once when nobody listens', async () => {
    const failed = await failureOf(account({}, { url: `smpp://127.0.0.1:${await freePort()}` }), 30);
    expect(failed).toMatchObject({ kind: 'unreachable', code: 'ECONNREFUSED' });
    expect(failed.ms).toBeLessThan(LATEST_MS);
  });

  it('a message fails at once when the password is wrong, which is not tried again', async () => {
    const provider = account({ password: 'not-it' });
    for (let i = 0; i < 3; i++) {
      expect(await failureOf(provider, 30)).toMatchObject({ kind: 'misconfigured', code: 'bind_smpp_0x0e' });
    }
    expect(smsc.count('bind_transceiver')).toBe(1);
  });

  it('no status of a bind says anything about the recipient', async () => {
    smsc.bindStatus = 0x0b;
    expect(await failureOf(account(), 30)).toMatchObject({ kind: 'unreachable', code: 'bind_smpp_0x0b' });
  });

  it('a message waits no longer than its deadline for a centre that does not answer the bind', async () => {
    smsc.mute = true;
    const failed = await failureOf(account(), DEADLINE);
    expect(failed.kind).toBe('unreachable');
    expect(failed.ms).toBeLessThan(LATEST_MS);
  });

  it('nothing was sent to what is no message centre', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      socket.write('220 mail.example.com ESMTP\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await failureOf(account({}, { url: `smpp://127.0.0.1:${port}` }), 30)).toMatchObject({
      kind: 'unreachable',
      code: 'bind_not_smpp',
    });
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('binds again once the centre is back', async () => {
    const port = await freePort();
    const provider = account({}, { url: `smpp://127.0.0.1:${port}` });
    expect((await failureOf(provider)).kind).toBe('unreachable');
    const late = await Smsc.start({ port });
    try {
      const sent = () =>
        provider.send(message, inSeconds(10)).then(
          () => true,
          () => false,
        );
      await until('a message that gets through', sent, 20_000);
      expect(late.received).toHaveLength(1);
    } finally {
      await late.stop();
    }
  });
});
