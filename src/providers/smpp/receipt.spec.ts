import { describe, expect, it } from '@jest/globals';
import { deliverBody, frameOf, tlv, type ReceiptFields } from '../../../test/peers/smpp-codec.js';
import type { Receipt } from '../contract.js';
import { canonicalId, type IdStyle } from './message-id.js';
import { readPdu } from './pdu.js';
import { readReceipt } from './receipt.js';

const read = (fields: ReceiptFields, style: IdStyle = 'auto'): Receipt | undefined =>
  readReceipt(readPdu(frameOf(5, 1, deliverBody(fields))), style);
const idTlv = (id: string): Buffer => tlv(0x001e, Buffer.from(`${id}\0`));
const stateTlv = (state: number): Buffer => tlv(0x0427, Buffer.from([state]));

describe('readReceipt', () => {
  it.each([
    [1, 'ENROUTE', 'sent', undefined],
    [2, 'DELIVRD', 'delivered', undefined],
    [3, 'EXPIRED', 'failed', 'unknown'],
    [4, 'DELETED', 'failed', 'rejected'],
    [5, 'UNDELIV', 'failed', 'unknown'],
    [6, 'ACCEPTD', 'sent', undefined],
    [7, 'UNKNOWN', 'failed', 'unknown'],
    [8, 'REJECTD', 'failed', 'rejected'],
  ])('reads the state %i, or %s', (state, stat, status, kind) => {
    const error = kind && { kind, code: stat };
    const expected = { about: { messageId: 'x-1' }, status, vendorStatus: stat, error };
    expect(read({ id: 'x-1', stat })).toEqual(expected);
    expect(read({ id: 'x-1', stat: stat.toLowerCase() })).toEqual(expected);
    expect(read({ id: 'x-1', text: '', tlvs: [idTlv('x-1'), stateTlv(state)] })).toEqual(expected);
  });

  it.each([
    ['ABSENT-SUB', 'unreachable'],
    ['INVALID-SUB', 'bad_recipient'],
    ['INV-NUMBER', 'bad_recipient'],
    ['BARRED', 'rejected'],
    ['REJECTED', 'rejected'],
    ['OPTOUT-REJ', 'rejected'],
    ['FAILED', 'unknown'],
    ['THROTTLED', 'throttled'],
    ['DLT-TM-VAR-EXECEED', 'bad_message'],
    ['DLT-INV-ENTITY', 'misconfigured'],
  ])('reads a vendor’s own word for a failure: %s', (stat, kind) => {
    const expected = { about: { messageId: 'x-1' }, status: 'failed', vendorStatus: stat, error: { kind, code: stat } };
    expect(read({ id: 'x-1', stat })).toEqual(expected);
    expect(read({ id: 'x-1', stat: stat.toLowerCase() })).toEqual(expected);
    expect(read({ id: 'x-1', stat, tlvs: [stateTlv(1)] })).toMatchObject({ status: 'sent', vendorStatus: 'ENROUTE' });
  });

  it.each([
    ['SNDR-NOT-ALLOTED', '451', 'SNDR-NOT-ALLOTED'],
    ['NEWWORD', '5', 'NEWWORD'],
    ['to:+14155550100', '013', 'to_#'],
  ])('takes a word that nobody knows for a failure beside an error: %s, %s', (stat, err, vendorStatus) => {
    const expected = {
      about: { messageId: 'x-1' },
      status: 'failed',
      vendorStatus,
      error: { kind: 'unknown', code: `err_${err}` },
    };
    expect(read({ id: 'x-1', stat, err })).toEqual(expected);
    expect(read({ id: 'x-1', stat, err, tlvs: [stateTlv(99)] })).toEqual(expected);
    expect(read({ id: 'x-1', stat, err, tlvs: [stateTlv(1)] })).toMatchObject({ status: 'sent' });
  });

  it('takes states on the way, and words beside no number of an error, for no failure', () => {
    for (const stat of ['ENROUTE', 'ACCEPTD'])
      expect(read({ id: '9', stat, err: '013' })).toMatchObject({ status: 'sent' });
    for (const err of ['000', 'NULL', '', '-1']) expect(read({ id: '9', stat: 'DELIVERED', err })).toBeUndefined();
    expect(read({ id: '9', text: 'id:9 err:013' })).toBeUndefined();
  });

  it('believes TLVs before the text', () => {
    const tlvs = [idTlv('x-2'), stateTlv(2)];
    expect(read({ id: 'x-1', stat: 'UNDELIV', tlvs })).toMatchObject({
      about: { messageId: 'x-2' },
      status: 'delivered',
    });
    expect(read({ id: 'x-1', tlvs: [stateTlv(5)] })).toMatchObject({ about: { messageId: 'x-1' }, status: 'failed' });
  });

  it.each<[IdStyle, response: string, tlv: string, text: string]>([
    ['hex_in_response', '5F3A9C01', '5F3A9C01', '1597676545'],
    ['hex_in_response', '5F3A9C01', '5F3A9C01', '5f3a9c01'],
    ['hex_in_response', '5F3A9C01', '5f3a9c01', ''],
    ['hex_in_response', '12345678', '12345678', '305419896'],
    ['hex_in_response', '12345678', '305419896', '305419896'],
    ['hex_in_response', '12345678', '305419896', ''],
    ['hex_in_receipt', '305419896', '305419896', '12345678'],
    ['hex_in_receipt', '305419896', '12345678', '12345678'],
    ['auto', '5F3A9C01', '5F3A9C01', '1597676545'],
  ])('E15 with %s finds %s by %s in the TLV and %j in the text', (style, response, inTlv, inText) => {
    const receipt = read({ id: inText, tlvs: [idTlv(inTlv)] }, style);
    expect(receipt?.about).toEqual({ messageId: canonicalId(response, style, 'response') });
  });

  it.each([
    ['id:9 sub:001 dlvrd:001 submit date:2611211200 done date:2611211201 stat:DELIVRD err:000 Text:hello'],
    ['ID:9 STAT:DELIVRD'],
    ['stat:DELIVRD id: 9'],
    ['sub:001  id:9\r\nstat:DELIVRD\terr:000'],
  ])('reads %j', (text) => {
    expect(read({ id: '', text })).toMatchObject({ about: { messageId: '9' }, status: 'delivered' });
  });

  it('reads an id as it is written, in either coding of the default alphabet', () => {
    for (const coding of [0, 1]) expect(read({ id: 'ab_12@x', coding })?.about).toEqual({ messageId: 'ab_12@x' });
    const payload = tlv(0x0424, Buffer.from('id:ab_12 stat:DELIVRD'));
    expect(read({ id: '', text: '', coding: 1, tlvs: [payload] })?.about).toEqual({ messageId: 'ab_12' });
  });

  it('reads an id in a TLV that does not end it with a NUL, and what stands behind it', () => {
    const bare = tlv(0x001e, Buffer.from('x-2'));
    const expected = { about: { messageId: 'x-2' }, status: 'failed', vendorStatus: 'UNDELIV' };
    expect(read({ id: 'x-1', tlvs: [bare, stateTlv(5)] })).toMatchObject(expected);
    expect(read({ id: 'x-1', tlvs: [stateTlv(5), bare] })).toMatchObject(expected);
    expect(read({ id: 'x-1', tlvs: [tlv(0x001e, Buffer.from('x-2\0\0x')), stateTlv(5)] })).toMatchObject(expected);
  });

  it('reads UCS-2 and a text that came as a TLV', () => {
    expect(read({ id: '9', coding: 8 })).toMatchObject({ about: { messageId: '9' } });
    const payload = tlv(0x0424, Buffer.from('id:9 stat:DELIVRD'));
    expect(read({ id: '', text: '', tlvs: [payload] })).toMatchObject({ about: { messageId: '9' } });
  });

  it('keeps the network’s reason', () => {
    expect(read({ id: '9', stat: 'UNDELIV', err: '034' })?.error).toEqual({ kind: 'unknown', code: 'err_034' });
    expect(read({ id: '9', stat: 'UNDELIV', err: '1B' })?.error?.code).toBe('err_1B');
    expect(read({ id: '9', stat: 'UNDELIV', err: '000' })?.error?.code).toBe('UNDELIV');
    expect(read({ id: '9', stat: 'UNDELIV', err: '+14155550100' })?.error?.code).toBe('UNDELIV');
    const network = tlv(0x0423, Buffer.from([3, 0, 11]));
    expect(read({ id: '9', stat: 'UNDELIV', err: '034', tlvs: [network] })?.error?.code).toBe('network_3_11');
  });

  it.each<[string, ReceiptFields]>([
    ['a message of a person', { id: '9', esmClass: 0 }],
    ['a notice on the way', { id: '9', esmClass: 0x20 }],
    ['no id', { id: '', text: 'stat:DELIVRD' }],
    ['an id without end', { id: '1'.repeat(65) }],
    ['no state', { id: '9', text: 'id:9' }],
    ['a state that nobody knows', { id: '9', tlvs: [stateTlv(99)], stat: 'SKIPPED' }],
    ['a word that nobody knows', { id: '9', stat: 'NEWWORD' }],
    ['words that the person’s own text holds', { id: '9', text: 'text:id:9 stat:DELIVRD' }],
  ])('takes %s for none', (_, fields) => {
    expect(read(fields)).toBeUndefined();
  });
});

describe('canonicalId', () => {
  it.each<[IdStyle, response: string, receipt: string]>([
    ['auto', '12345', '12345'],
    ['auto', '0000012345', '12345'],
    ['auto', '5F3A9C01', '1597676545'],
    ['auto', '5f3a9c01', '005F3A9C01'],
    ['auto', '1597676545', '5f3a9c01'],
    ['auto', '20ca24b2-d8c6-11f0', '20ca24b2-d8c6-11f0'],
    ['hex_in_response', '10', '16'],
    ['hex_in_response', '5F3A9C01', '1597676545'],
    ['hex_in_response', '5F3A9C01', '5f3a9c01'],
    ['hex_in_response', 'not-hex', 'not-hex'],
    ['hex_in_receipt', '16', '00000010'],
    ['hex_in_receipt', '5F3A9C01', '5f3a9c01'],
    ['hex_in_receipt', '18446744073709551615', 'ffffffffffffffff'],
  ])('E15 with %s matches %s in an answer with %s in a receipt', (style, response, receipt) => {
    expect(canonicalId(response, style, 'response')).toBe(canonicalId(receipt, style, 'receipt'));
  });

  it.each<[IdStyle, response: string, receipt: string]>([
    ['auto', '10', '16'],
    ['auto', 'x-1', 'X-1'],
    ['hex_in_response', '16', '16'],
  ])('with %s does not match %s with %s', (style, response, receipt) => {
    expect(canonicalId(response, style, 'response')).not.toBe(canonicalId(receipt, style, 'receipt'));
  });
});
