import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReceiptRefused, type Provider, type ReceiptRequest } from '../../src/providers/contract.js';
import { qikberry } from '../../src/providers/qikberry/definition.js';
import { ID, KEY, platform, report, SECRET, sign, WEBHOOK } from '../peers/qikberry-vendor.js';
import { PlatformAccounts } from '../support/platform-account.js';

const ATTEMPT = '0b7e4c1e-8a63-4f0e-9d47-2f1f5a1d3c07-1';
const BEARER = { authorization: `Bearer ${SECRET}` };
const FORM = { ...BEARER, 'content-type': 'application/x-www-form-urlencoded' };
const QUERY: ReceiptRequest = { method: 'GET', path: '', query: {}, headers: BEARER, body: '' };

describe('reports of the platform', () => {
  let vendor: PlatformAccounts;
  let provider: Provider;

  beforeAll(async () => {
    vendor = await PlatformAccounts.start(qikberry, platform({ dlt: true, rcs: true }));
    provider = vendor.make({ reports: { secret: SECRET, validationKey: KEY } });
  });
  afterAll(() => vendor.stop());

  const outcome = (request: ReceiptRequest, of = provider): unknown => {
    const [receipt] = of.parseReceipt!(request);
    return receipt && [receipt.about, receipt.status, receipt.error?.kind];
  };
  const about = { messageId: ID };

  it.each([
    ['whatsapp', 'delivered', ['delivered', undefined]],
    ['viber', 'read', ['read', undefined]],
    ['rcs', 'read', ['read', undefined]],
    ['whatsapp', 'failed', ['failed', 'unknown']],
    ['viber', 'expired', ['failed', 'unreachable']],
    ['rcs', 'blacklist', ['failed', 'rejected']],
  ])('G3 reads those of %s: %s', (channel, status, told) => {
    const payload = { id: ID, channel, from: 'acct', to: '14155550100', status, read_at: null, foreign_id: null };
    expect(outcome(report({ event: `${channel}:message:status`, payload }))).toEqual([about, ...told]);
  });

  it.each([
    ['ANSWER', ['delivered', undefined]],
    ['COMPLETED', ['delivered', undefined]],
    ['BUSY', ['failed', 'unreachable']],
    ['NOANSWER', ['failed', 'unreachable']],
  ])('G4 reads those of calls, wrapped and flat: %s', (status, told) => {
    const payload = { id: ID, bridge: '442079460000', from: '1', to: '2', source: 'OBD', duration: '3', status };
    expect(outcome(report({ event: 'voice:message:out', payload }))).toEqual([about, ...told]);
    expect(outcome(report(payload))).toEqual([about, ...told]);
  });

  it.each([
    ['the call’s id', ID, about],
    ['our reference', ATTEMPT, { attemptId: ATTEMPT }],
  ])('G4 reads the platform’s own report of a call, with %s for its only id', (_, mid, whose) => {
    const times = { start_at: '2026-01-05 10:00:01', end_at: '2026-01-05 10:00:04', duration: '3' };
    const payload = { bridge: '442079460000', from: '1', to: '2', source: 'OBD', mid, flow_id: '57', ...times };
    const answered = { ...payload, status: 'ANSWER', recording_url: '' };
    expect(outcome(report(answered))).toEqual([whose, 'delivered', undefined]);
    expect(outcome(report({ event: 'voice:message:out', payload: answered }))).toEqual([whose, 'delivered', undefined]);
    const busy = { event: 'voice:message:out', payload: { ...payload, status: 'BUSY' } };
    expect(outcome(report(busy))).toEqual([whose, 'failed', 'unreachable']);
    // A composed webhook that has the call's id says it.
    expect(outcome(report({ ...payload, id: 'call-1', mid: 'x', status: 'BUSY' }))).toEqual([
      { messageId: 'call-1' },
      'failed',
      'unreachable',
    ]);
  });

  it('reads forms', () => {
    const request = { ...QUERY, method: 'POST', headers: FORM, body: `mobile=1&status=BARRED&custom=${ATTEMPT}&id=x` };
    expect(outcome(request)).toEqual([{ attemptId: ATTEMPT }, 'failed', 'rejected']);
  });

  it('G13 reads composed webhooks: a GET, with names of the operator’s own', () => {
    const keys = { id: 'msg', status: 'result', reference: 'ref' };
    const composed = vendor.make({ reports: { secret: SECRET, keys } });
    const query = { msg: ID, result: 'DELIVRD', status: 'BARRED', id: 'y' };
    expect(outcome({ ...QUERY, query }, composed)).toEqual([about, 'delivered', undefined]);
    const referring = { result: 'BARRED', ref: ATTEMPT };
    expect(outcome({ ...QUERY, query: referring }, composed)).toEqual([{ attemptId: ATTEMPT }, 'failed', 'rejected']);
  });

  it.each([
    '',
    '{}',
    '[]',
    'null',
    '{"note":"x"}',
    '--x\r\nContent-Disposition: form-data; name="status"\r\n\r\nFAILED\r\n--x--',
  ])('G13 reads the query of a composed POST with the body %j', (body) => {
    const composed: ReceiptRequest = { ...QUERY, method: 'POST', query: { id: ID, status: 'DELIVRD' }, body };
    expect(outcome(composed)).toEqual([about, 'delivered', undefined]);
  });

  it('G13 believes a body before the query', () => {
    const both = {
      ...QUERY,
      method: 'POST',
      query: { id: 'y', status: 'BARRED' },
      body: `{"id":"${ID}","status":"READ"}`,
    };
    expect(outcome(both)).toEqual([about, 'read', undefined]);
    expect(outcome({ ...both, headers: FORM, body: 'status=DELIVRD' })).toEqual([
      { messageId: 'y' },
      'delivered',
      undefined,
    ]);
  });

  it.each([
    ['sms:message:status', ['failed', 'unknown']],
    ['viber:message:status', undefined],
    ['voice:message:out', undefined],
  ])('takes strange words of %s for what they are', (event, told) => {
    const payload = { id: ID, status: 'SOLD OUT to +14155550100' };
    const [receipt] = provider.parseReceipt!(report({ event, payload }));
    expect(receipt && [receipt.status, receipt.error?.kind]).toEqual(told);
    expect(JSON.stringify(receipt ?? '')).not.toContain('4155550100');
  });

  it('takes a strange word of a composed webhook for a failure where the id is that of an SMS', () => {
    const query = { id: ID, status: 'SOLD-OUT', custom: ATTEMPT };
    expect(outcome({ ...QUERY, query })).toEqual([{ attemptId: ATTEMPT }, 'failed', 'unknown']);
    const chat = { ...query, id: ID.split(':')[0]! };
    expect(outcome({ ...QUERY, query: chat })).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['another’s reference and no id', { status: 'DELIVRD', custom: 'order-42' }],
    ['an id that is none', { status: 'DELIVRD', id: 'x'.repeat(200) }],
    ['a status that is none', { id: ID, status: null }],
    ['an unsubscription', { event: 'sms:unsubscription', payload: { id: ID, receiver: '1', status: 'Unsubscribed' } }],
    ['a list', [[]]],
  ])('says nothing of %s', (_, body) => {
    expect(provider.parseReceipt!(report(body))).toEqual([]);
  });

  describe('G10 with a signature', () => {
    const body = JSON.stringify({ id: ID, mobile: '1', status: 'DELIVRD' });
    const signed = (headers: ReceiptRequest['headers'], text = body): ReceiptRequest => ({
      ...QUERY,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: text,
    });
    const account = (extra = {}): Provider => vendor.make({ reports: { webhookId: WEBHOOK, signed: true, ...extra } });

    it('takes the webhook’s own, in either case of letters', () => {
      expect(outcome(signed({ signature: sign(body) }), account())).toEqual([about, 'delivered', undefined]);
      const capitals = sign(body).toUpperCase();
      expect(outcome(signed({ signature: capitals }), account())).toEqual([about, 'delivered', undefined]);
    });

    it.each<[string, ReceiptRequest]>([
      ['none', signed({})],
      ['another key’s', signed({ signature: sign(body, 'guessed') })],
      ['another body’s', signed({ signature: sign(body) }, body.replace('DELIVRD', 'FAILED'))],
      ['two', signed({ signature: [sign(body), sign(body)] })],
      ['that of an empty body', { ...QUERY, query: { id: ID, status: 'FAILED' }, headers: { signature: sign('') } }],
    ])('refuses %s', (_, request) => {
      expect(() => account().parseReceipt!(request)).toThrow(ReceiptRefused);
    });

    it('reads no query beside what is signed, which says nothing of it', () => {
      const query = { id: ID, status: 'FAILED' };
      for (const text of ['{}', '[]', `{"id":"${ID}"}`]) {
        const request = { ...signed({ signature: sign(text), ...BEARER }, text), query };
        expect(account().parseReceipt!(request)).toEqual([]);
        expect(account({ secret: SECRET }).parseReceipt!(request)).toEqual([]);
      }
    });

    it('asks for both proofs where both are set', () => {
      const both = account({ secret: SECRET });
      expect(() => both.parseReceipt!(signed({ signature: sign(body) }))).toThrow(ReceiptRefused);
      expect(() => both.parseReceipt!(signed(BEARER))).toThrow(ReceiptRefused);
      expect(both.parseReceipt!(signed({ ...BEARER, signature: sign(body) }))).toHaveLength(1);
    });
  });

  it('G9 repeats the challenge of one who knows the key', () => {
    const question = report({ validation_key: KEY, challenge: '"z"' }, { query: { token: KEY } });
    expect(provider.challenge!(question)).toEqual({ type: 'application/json', body: '{"challenge":"\\"z\\""}' });
    expect(provider.challenge!(report({ id: ID, status: 'DELIVRD' }))).toBeUndefined();
    expect(vendor.make({ reports: { secret: SECRET } }).challenge!(question)).toBeUndefined();
  });

  it('has no words for a stranger who asks in depth', () => {
    const deep = `{"challenge":${'['.repeat(16_000)}${']'.repeat(16_000)}}`;
    const queries: ReceiptRequest['query'][] = [{}, { token: 'guessed' }, { token: KEY }];
    for (const query of queries) {
      const request = { ...QUERY, method: 'POST', headers: {}, query, body: deep };
      expect(provider.challenge!(request)).toBeUndefined();
      expect(() => provider.parseReceipt!(request)).toThrow(ReceiptRefused);
    }
    expect(provider.parseReceipt!({ ...QUERY, method: 'POST', body: `{"id":"x","status":${deep}}` })).toEqual([]);
  });

  it('takes no reports without a webhook', () => {
    expect(vendor.make({})).toMatchObject({ parseReceipt: undefined, challenge: undefined });
  });
});
