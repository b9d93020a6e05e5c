import { describe, expect, it } from '@jest/globals';
import { readFrame, readSubmit } from '../../../test/peers/smpp-codec.js';
import { outgoingMessage } from '../../../test/support/messages.js';
import type { OutgoingMessage } from '../contract.js';
import { composeParts } from './message.js';
import { writePdu } from './pdu.js';
import { SmppSettings } from './settings.js';

/** What the message centre gets. */
const submitted = (message: Partial<OutgoingMessage>, settings: Partial<SmppSettings> = {}, reference = 7) =>
  composeParts(outgoingMessage(message), Object.assign(new SmppSettings(), settings), reference).map((fields) =>
    readSubmit(readFrame(writePdu('submit_sm', 1, fields)).body),
  );

describe('composeParts', () => {
  it.each([
    ['Shop', 5, 0, 'Shop'],
    ['Shop 24', 5, 0, 'Shop 24'],
    ['+447700900123', 1, 1, '447700900123'],
    ['447700900123', 1, 1, '447700900123'],
    ['60777', 3, 0, '60777'],
  ])('E15 knows what kind of sender %s is', (from, ton, npi, address) => {
    expect(submitted({ from })[0]!.source).toEqual({ ton, npi, address });
  });

  it('takes the sender, and its kind, from the settings', () => {
    const settings = { sender: 'House', senderTon: 0, senderNpi: 18 };
    expect(submitted({ from: undefined }, settings)[0]!.source).toEqual({ ton: 0, npi: 18, address: 'House' });
    expect(submitted({ from: 'Shop' }, settings)[0]!.source.address).toBe('Shop');
    expect(submitted({ from: undefined })[0]!.source).toEqual({ ton: 0, npi: 0, address: '' });
  });

  it.each(['TwelveLetter', 'Žofín', '+12', '12', '1234567890123456', 'a\0b', ''])('refuses the sender %j', (from) => {
    expect(() => submitted({ from })).toThrow('bad_sender');
  });

  it.each([
    [30, '000000000030000R'],
    [300, '000000000500000R'],
    [3_599, '000000005959000R'],
    [3_600, '000000010000000R'],
    [86_400, '000001000000000R'],
  ])('lets a message live for %i seconds', (ttl, validity) => {
    expect(submitted({ ttl })[0]!.validity).toBe(validity);
  });

  it('writes 7-bit letters as septets, and others as UCS-2', () => {
    expect(submitted({ text: 'a@€' })[0]).toMatchObject({ coding: 0, octets: Buffer.from('61001b65', 'hex') });
    expect(submitted({ text: 'Код 1🔐' })[0]).toMatchObject({ coding: 8, text: 'Код 1🔐' });
    expect(submitted({ text: 'ж' })[0]!.octets.toString('hex')).toBe('0436');
  });

  it('writes Latin-1 where the vendor’s default alphabet is that, and what it lacks as UCS-2', () => {
    const settings = { alphabet: 'latin1' as const };
    expect(submitted({ text: 'a@é' }, settings)[0]).toMatchObject({ coding: 0, octets: Buffer.from('6140e9', 'hex') });
    expect(submitted({ text: '5 €' }, settings)[0]).toMatchObject({ coding: 8, text: '5 €' });
    // Latin-1 has it, but phones do not.
    expect(submitted({ text: 'ça' }, settings)[0]).toMatchObject({ coding: 8, text: 'ça' });
  });

  it('E15 puts a header before each part of a long text, and asks for one receipt', () => {
    const text = 'a'.repeat(153) + 'b'.repeat(10);
    const parts = submitted({ text });
    expect(parts.map(({ octets }) => octets.subarray(0, 6).toString('hex'))).toEqual(['050003070201', '050003070202']);
    expect(parts.map((part) => part.text).join('')).toBe(text);
    expect(parts.map(({ esmClass, registered }) => [esmClass, registered])).toEqual([
      [0x40, 0],
      [0x40, 1],
    ]);
    const wide = submitted({ text: 'ж'.repeat(71) });
    expect(wide.map(({ octets }) => octets.length)).toEqual([6 + 134, 6 + 8]);
  });

  it('E15 or numbers the parts in TLVs', () => {
    const parts = submitted({ text: 'a'.repeat(200) }, { longMessages: 'sar' }, 255);
    expect(parts.map(({ esmClass, octets }) => [esmClass, octets.length])).toEqual([
      [0, 153],
      [0, 47],
    ]);
    expect(parts.map(({ tlvs }) => [...tlvs].map(([tag, value]) => [tag, value.toString('hex')]))).toEqual(
      ['01', '02'].map((number) => [
        [0x020c, '00ff'],
        [0x020e, '02'],
        [0x020f, number],
      ]),
    );
  });

  it('refuses a text of more parts than the settings allow', () => {
    expect(() => submitted({ text: 'a'.repeat(460) })).toThrow('too_many_parts');
    expect(submitted({ text: 'a'.repeat(460) }, { maxParts: 4 })).toHaveLength(4);
  });

  it('E15 carries the ids of India’s ledger that are set', () => {
    const [part] = submitted({}, { dlt: { entityId: '1101', telemarketerId: '1302' } });
    expect([...part!.tlvs].map(([tag, value]) => [tag, value.toString()])).toEqual([
      [0x1400, '1101'],
      [0x1402, '1302'],
    ]);
    expect(submitted({})[0]!.tlvs.size).toBe(0);
  });
});
