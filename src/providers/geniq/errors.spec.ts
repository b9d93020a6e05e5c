import { describe, expect, it } from '@jest/globals';
import type { FailureKind } from '../errors.js';
import { readAnswer } from './answer.js';
import { REASON_KINDS, RESPONSE_KINDS } from './errors.js';
import { parseGeniqReceipt } from './receipt.js';

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** The codes of GENIQ's reference: "RESTful API Response Codes", "SMS Delivery Reason Codes", "WhatsApp Channel …". */
const WHATSAPP = [...range(301, 306), ...range(311, 328)];
const RESPONSES = [...range(1, 7), ...range(10, 24), 88, 99, ...WHATSAPP];
const REASONS = [...range(1, 13), 201, ...WHATSAPP];

/** Those that mean more than a fault of the message or of GENIQ's network. */
const RESPONSE: Readonly<Record<number, FailureKind>> = {
  1: 'misconfigured',
  2: 'misconfigured',
  3: 'misconfigured',
  4: 'misconfigured',
  5: 'throttled',
  6: 'quota',
  7: 'quota',
  10: 'rejected',
  11: 'bad_recipient',
  14: 'rejected',
  15: 'rejected',
  18: 'unreachable',
  19: 'rejected',
  20: 'misconfigured',
  23: 'misconfigured',
  24: 'misconfigured',
  88: 'unreachable',
  99: 'unreachable',
};
const REASON: Readonly<Record<number, FailureKind>> = {
  3: 'bad_message',
  4: 'unknown',
  5: 'bad_recipient',
  6: 'rejected',
  7: 'bad_recipient',
  10: 'throttled',
};

const failureOf = (responseCode: string | number, status = 200): unknown => {
  try {
    return readAnswer({ status, text: JSON.stringify({ responseCode }) });
  } catch (error) {
    return error;
  }
};

const reported = (reasonCode: string | number) => {
  const body = JSON.stringify({ messageId: 'm-1', channel: 'sms', status: 'undeliverable', reasonCode });
  return parseGeniqReceipt({ method: 'POST', path: 'secret', query: {}, headers: {}, body }, 'secret')[0]?.error;
};

describe('GENIQ’s codes', () => {
  it.each(RESPONSES)('E3 response code %i has a kind, as text and as number, with a status and without', (code) => {
    const expected = { kind: RESPONSE[code] ?? 'bad_message', code: String(code) };
    expect(failureOf(code)).toMatchObject(expected);
    expect(failureOf(String(code))).toMatchObject(expected);
    expect(failureOf(String(code), 400)).toMatchObject(expected);
  });

  it.each(REASONS)('G6 reason code %i has a kind', (code) => {
    const expected = { kind: REASON[code] ?? (code < 200 ? 'unreachable' : 'bad_message'), code: String(code) };
    expect(reported(code)).toEqual(expected);
    expect(reported(String(code))).toEqual(expected);
  });

  it('are all that the tables hold', () => {
    expect(Object.keys(RESPONSE_KINDS).map(Number)).toEqual(RESPONSES);
    expect(Object.keys(REASON_KINDS).map(Number)).toEqual(REASONS);
  });

  it.each(['8', '9', '25', '307', '999'])('%s is unknown', (code) => {
    expect(failureOf(code)).toMatchObject({ kind: 'unknown', code });
    expect(reported(Number(code) + 500)).toMatchObject({ kind: 'unknown' });
  });

  it.each([null, '', 'constructor', '-1', '1e1', '1234', 1.5, {}, []])('%j is no code', (code) => {
    expect(failureOf(code as string)).toMatchObject({ kind: 'unknown', code: 'no_response_code' });
    expect(reported(code as string)).toEqual({ kind: 'unknown', code: 'undeliverable' });
  });
});
