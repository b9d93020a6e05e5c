import { expect, it } from '@jest/globals';
import { toPublication } from './to-publication.js';

it('says null where the change had nothing to say', () => {
  const event = { kind: 'canceled', id: 'v', seq: 2, at: 1_700_000_000_000, app: 'shop', status: 'canceled' };
  const { json, type, webhook } = toPublication({ shard: 'a7', entryId: '1-0', event });
  expect(type).toBe('verification.canceled');
  expect(webhook).toBeUndefined();
  expect(JSON.parse(json)).toEqual({
    id: 'evt_v_2',
    type: 'verification.canceled',
    sequence: 2,
    created_at: '2023-11-14T22:13:20.000Z',
    application: 'shop',
    data: {
      verification_id: 'v',
      to: null,
      profile: null,
      status: 'canceled',
      channel: null,
      account: null,
      reason: null,
      cost: null,
    },
  });
});

it('tells a cost in the currency, not in its millionths', () => {
  const event = { kind: 'sent', id: 'v', seq: 2, at: 1_700_000_000_000, app: 'shop', status: 'pending', cost: 45_000 };
  const { json } = toPublication({ shard: 'a7', entryId: '1-0', event });
  expect(JSON.parse(json)).toMatchObject({ data: { cost: 0.045 } });
});
