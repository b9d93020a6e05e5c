import { describe, expect, it } from '@jest/globals';
import { deliverBody, frameOf, readFrame, readSubmit, tlv } from '../../../test/peers/smpp-codec.js';
import { gsm7Octets, MalformedPdu, readPdu, writePdu } from './pdu.js';

describe('writePdu', () => {
  it('writes the sample of the specification (SMPP 3.4 §3.2.3)', () => {
    const fields = { system_id: 'SMPP3TEST', password: 'secret08', system_type: 'SUBMIT1' };
    const pdu = writePdu('bind_transmitter', 1, { ...fields, interface_version: 0, addr_ton: 1, addr_npi: 1 });
    expect(pdu.toString('hex')).toBe(
      '0000002f000000020000000000000001' +
        '534d5050335445535400' +
        '736563726574303800' +
        '5355424d49543100' +
        '00010100',
    );
  });

  it.each([
    ['enquire_link', 0, '00000010000000150000000000000007'],
    ['enquire_link_resp', 0, '00000010800000150000000000000007'],
    ['unbind', 0, '00000010000000060000000000000007'],
    ['unbind_resp', 0, '00000010800000060000000000000007'],
    ['generic_nack', 3, '00000010800000000000000300000007'],
    ['deliver_sm_resp', 0, '0000001180000005000000000000000700'],
    ['deliver_sm_resp', 0x64, '00000010800000050000006400000007'],
  ])('writes %s with the status %i', (command, status, hex) => {
    expect(writePdu(command, 7, {}, status).toString('hex')).toBe(hex);
  });

  it('E15 writes TLVs: the parts of a long text, and India’s ledger', () => {
    const fields = {
      data_coding: 0,
      short_message: Buffer.from('x'),
      sar_msg_ref_num: 258,
      sar_total_segments: 2,
      sar_segment_seqnum: 1,
      dlt_entity_id: '1101',
      dlt_template_id: '1107',
      dlt_telemarketer_id: '1302',
    };
    const { tlvs } = readSubmit(readFrame(writePdu('submit_sm', 1, fields)).body);
    expect([...tlvs].map(([tag, value]) => [tag, value.toString('hex')])).toEqual([
      [0x020c, '0102'],
      [0x020e, '02'],
      [0x020f, '01'],
      [0x1400, '31313031'],
      [0x1401, '31313037'],
      [0x1402, '31333032'],
    ]);
  });
});

describe('readPdu', () => {
  it('reads an answer', () => {
    const pdu = readPdu(frameOf(0x80000004, 9, Buffer.from('id_1-ä\0', 'latin1')));
    expect(pdu).toMatchObject({ command: 'submit_sm_resp', isResponse: true, status: 0, sequence: 9 });
    expect(readPdu(frameOf(0x80000004, 9, undefined, 0x58))).toMatchObject({ status: 0x58, sequence: 9 });
  });

  it('reads what is delivered, as Latin-1 and as UCS-2, with TLVs of any kind', () => {
    const tlvs = [tlv(0x001e, Buffer.from('m_1\0')), tlv(0x0427, Buffer.from([5])), tlv(0x1999, Buffer.from('?'))];
    const { fields } = readPdu(frameOf(5, 1, deliverBody({ id: 'm_1', tlvs })));
    expect(fields).toMatchObject({ receipted_message_id: 'm_1', message_state: 5, esm_class: 4 });
    expect(fields.short_message).toMatchObject({ message: expect.stringMatching(/^id:m_1 sub:001/) });
    const wide = readPdu(frameOf(5, 1, deliverBody({ id: 'm_1', coding: 8 })));
    expect(wide.fields.short_message).toMatchObject({ message: expect.stringMatching(/^id:m_1 sub/) });
  });

  it('does not know every command', () => {
    expect(readPdu(frameOf(0x00010200, 4))).toMatchObject({ command: 'unknown', isResponse: false, sequence: 4 });
  });

  it('ends with nothing worse than MalformedPdu, whatever comes', () => {
    const body = deliverBody({ id: 'm-1', tlvs: [tlv(0x0427, Buffer.from([2]))] });
    let state = 1;
    const random = (below: number): number => (state = (state * 48_271) % 0x7fffffff) % below;
    let malformed = 0;
    for (let i = 0; i < 20_000; i++) {
      const id = [0x05, 0x80000004, 0x80000009, 0x15, 0x103, 0x21, 0x111, random(0xffff)][random(8)]!;
      const mangled = Buffer.from(body.subarray(0, random(body.length + 1)));
      for (let n = random(4); n > 0 && mangled.length > 0; n--) mangled[random(mangled.length)] = random(256);
      try {
        readPdu(frameOf(id, 3, mangled));
      } catch (error) {
        if (!(error instanceof MalformedPdu)) throw error;
        expect(error).toMatchObject({ isResponse: id >= 0x80000000, sequence: 3 });
        malformed++;
      }
    }
    expect(malformed).toBeGreaterThan(100);
  });
});

describe('gsm7Octets', () => {
  it.each([
    ['042137 is your code.', '303432313337206973' + '20796f757220636f64652e'],
    ['@£$¥èéùìòÇ\nØø\rÅå', '000102030405060708090a0b0c0d0e0f'],
    ['Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ', '101112131415161718191a1c1d1e1f'],
    ['¤¡ÄÖÑÜ§¿äöñüà', '24405b5c5d5e5f607b7c7d7e7f'],
    ['^{}\\[~]|€\f', '1b141b281b291b2f1b3c1b3d1b3e1b401b651b0a'],
  ])('writes %j as 3GPP TS 23.038 has it', (text, hex) => {
    expect(gsm7Octets(text).toString('hex')).toBe(hex);
  });
});
