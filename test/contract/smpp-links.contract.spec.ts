import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Provider, Receipt } from '../../src/providers/contract.js';
import { deliverBody, tlv } from '../peers/smpp-codec.js';
import { behaviours, Smsc } from '../peers/smpp-smsc.js';
import { CERTIFICATE, PRIVATE_KEY } from '../support/loopback-tls.js';
import { inSeconds, outgoingMessage } from '../support/messages.js';
import { failureOf, smppAccount } from '../support/smpp.js';
import { until } from '../support/wait.js';

let smsc: Smsc;
let provider: Provider;
let receipts: Receipt[];
/** What becomes of receipts that are handed on. */
let stores: () => Promise<void>;
const message = outgoingMessage();

beforeEach(async () => {
  smsc = await Smsc.start();
  receipts = [];
  stores = () => Promise.resolve();
});
afterEach(async () => {
  await provider.close?.();
  await smsc.stop();
  expect(smsc.violations).toEqual([]);
});

/** Binds without a message, as processes that send do at their start. */
async function bound(settings: object = {}, binds = 1): Promise<void> {
  provider = smppAccount(smsc, settings, (receipt) => {
    receipts.push(receipt);
    return stores();
  });
  provider.open?.();
  await until('the binds', () => smsc.bound.length === binds, 20_000);
}

const session = () => smsc.bound[0]!;

describe('a bind', () => {
  it('is not there before a message or `open` asks for it: processes that do not send have none', async () => {
    provider = smppAccount(smsc);
    await new Promise(setImmediate);
    expect(smsc.sessions.size).toBe(0);
    await provider.send(message, inSeconds(10));
    expect(smsc.count('bind_transceiver')).toBe(1);
  });

  it('answers the centre, whatever it asks', async () => {
    await bound();
    session().request(0x15);
    await until('enquire_link_resp', () => smsc.count('enquire_link_resp') === 1);
    session().request(0x103);
    await until('generic_nack', () => smsc.count('generic_nack') === 1);
    // A TLV of one octet that has none.
    session().request(0x05, Buffer.concat([deliverBody({ id: '1' }), Buffer.from('04270001', 'hex')]));
    await until('another generic_nack', () => smsc.count('generic_nack') === 2);
    session().request(0x102, Buffer.alloc(6));
    expect(await session().receipt({ id: '1' })).toBe(0);
    expect(smsc.count('generic_nack')).toBe(2);
    session().request(0x06);
    await until('unbind_resp', () => smsc.count('unbind_resp') === 1);
    await until('a new bind', () => smsc.count('bind_transceiver') === 2, 20_000);
  });

  it('E15 keeps itself alive with enquire_link, and gives up a connection that does not answer it', async () => {
    await bound({ enquireLink: 1 });
    await until('two of them', () => smsc.count('enquire_link') >= 2, 20_000);
    expect(smsc.count('bind_transceiver')).toBe(1);
    smsc.mute = true;
    await until('the end', () => smsc.sessions.size === 0, 20_000);
    smsc.mute = false;
    await until('a new bind', () => smsc.bound.length === 1, 20_000);
  });

  it('is none when the centre turns to nonsense in the same breath', async () => {
    smsc.afterBind = Buffer.alloc(16);
    provider = smppAccount(smsc);
    expect(await failureOf(provider, 20)).toMatchObject({ kind: 'unreachable', code: 'not_smpp' });
    smsc.afterBind = Buffer.alloc(0);
    await until('a new bind', () => smsc.bound.length === 1, 20_000);
    await until('its use', () => provider.send(message, inSeconds(10)).then(Boolean, () => false), 20_000);
  });

  it('takes leave before the end, and leaves nothing open', async () => {
    await bound({ binds: 2 }, 2);
    await provider.close?.();
    expect(smsc.count('unbind')).toBe(2);
    await until('the end of both', () => smsc.sessions.size === 0);
    expect(await failureOf(provider, 30)).toMatchObject({ kind: 'unreachable', code: 'closed' });
  });

  it('does not wait long for the leave of a centre that hangs', async () => {
    await bound();
    session().socket.pause();
    const began = Date.now();
    await provider.close?.();
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  it('that is lost leaves the others at work', async () => {
    await bound({ binds: 3 }, 3);
    // "Already bound": as centres say that have not noticed a loss.
    smsc.bindStatus = 0x05;
    session().socket.destroy();
    await until('a try to bind again', () => smsc.count('bind_transceiver') === 4, 20_000);
    await Promise.all(Array.from({ length: 30 }, () => provider.send(message, inSeconds(20))));
    expect(smsc.received).toHaveLength(30);
    expect(new Set(smsc.received.map(({ session: over }) => over)).size).toBe(2);
    smsc.bindStatus = 0;
    await until('all three again', () => smsc.bound.length === 3, 20_000);
  });

  it('is made with each of several servers', async () => {
    const second = await Smsc.start();
    provider = smppAccount(smsc, { servers: [smsc.url, second.url] });
    provider.open?.();
    await until('both', () => smsc.bound.length + second.bound.length === 2, 20_000);
    await smsc.stop();
    await until('the loss', () => smsc.sessions.size === 0);
    await provider.send(message, inSeconds(20));
    expect(second.received).toHaveLength(1);
    await second.stop();
  });

  it('is made over TLS with a server whose certificate is right, and with no other', async () => {
    const tls = await Smsc.start({ tls: { key: PRIVATE_KEY, cert: CERTIFICATE } });
    const url = `smpps://localhost:${tls.port}`;
    provider = smppAccount({ url }, { ca: CERTIFICATE });
    expect(await provider.send(message, inSeconds(20))).toEqual({ messageId: 'm-1' });
    const stranger = smppAccount({ url });
    expect(await failureOf(stranger, 20)).toMatchObject({ kind: 'unreachable', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    await stranger.close?.();
    await provider.close?.();
    await tls.stop();
  });
});

describe('receipts over SMPP', () => {
  it('E15 are handed on and answered, each time that they come', async () => {
    await bound();
    for (let i = 0; i < 2; i++) expect(await session().receipt({ id: '77' })).toBe(0);
    const failed = session().receipt({ id: '78', stat: 'UNDELIV', err: '011' });
    expect(await failed).toBe(0);
    const delivered = { about: { messageId: '77' }, status: 'delivered', vendorStatus: 'DELIVRD' };
    const error = { kind: 'unknown', code: 'err_011' };
    expect(receipts).toEqual([
      delivered,
      delivered,
      { about: { messageId: '78' }, status: 'failed', vendorStatus: 'UNDELIV', error },
    ]);
    expect(JSON.stringify(receipts)).not.toContain('042137');
  });

  it('are answered with "come again" when they could not be stored', async () => {
    await bound();
    stores = () => Promise.reject(new Error('Redis is away'));
    expect(await session().receipt({ id: '77' })).toBe(0x64);
    stores = () => Promise.resolve();
    expect(await session().receipt({ id: '77' })).toBe(0);
  });

  it('are not answered before they are stored', async () => {
    await bound();
    let stored = (): void => undefined;
    stores = () => new Promise((resolve) => (stored = resolve));
    const answer = session().receipt({ id: '77' });
    await until('the receipt', () => receipts.length === 1);
    session().request(0x15);
    await until('what was asked later', () => smsc.count('enquire_link_resp') === 1);
    expect(smsc.count('deliver_sm_resp')).toBe(0);
    stored();
    expect(await answer).toBe(0);
  });

  it('do not fill memory while storing is slow', async () => {
    await bound();
    let release: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    stores = () => slow;
    const answers = Array.from({ length: 600 }, (_, i) => session().receipt({ id: String(i) }));
    expect(await answers.at(-1)).toBe(0x64);
    expect(receipts.length).toBeLessThanOrEqual(500);
    release();
    expect((await Promise.all(answers)).filter((status) => status === 0)).toHaveLength(receipts.length);
  });

  it('are told from what people write, which is answered and dropped', async () => {
    await bound();
    expect(await session().receipt({ id: '', esmClass: 0, text: 'id:77 stat:DELIVRD' })).toBe(0);
    expect(await session().receipt({ id: '', text: 'hello' })).toBe(0);
    expect(await session().receipt({ id: '77', stat: 'NEWWORD' })).toBe(0);
    expect(receipts).toEqual([]);
    const tlvs = [tlv(0x001e, Buffer.from('77\0')), tlv(0x0427, Buffer.from([8]))];
    expect(await session().receipt({ id: '', esmClass: 0, text: '', tlvs })).toBe(0);
    expect(receipts).toMatchObject([{ about: { messageId: '77' }, status: 'failed', vendorStatus: 'REJECTD' }]);
  });

  it('find a message whose answer came after the deadline', async () => {
    await bound();
    smsc.behaviour = behaviours.hangs;
    expect((await failureOf(provider, 0.3)).kind).toBe('maybe_sent');
    behaviours.accepts(smsc.received[0]!, smsc);
    await until('the late answer', () => receipts.length === 1);
    expect(receipts).toEqual([{ about: { attemptId: message.attemptId, messageId: 'm-1' }, status: 'sent' }]);
  });
});
