import { describe, expect, it } from '@jest/globals';
import { takeOut } from './aside.js';

const ID = '8c1ee7a2-93ab-4d0f-8a53-0d3fbb5e1aa7';

describe('an answer that is kept', () => {
  it.each([
    ['+447700900123', '+44********23'],
    ['max@example.com', 'm***@example.com'],
    ['m***@example.com', 'm***@example.com'],
  ])('about %s says nothing of the person', (to, masked) => {
    const view = { id: ID, status: 'pending', to, reference: to, metadata: { to }, sends: { made: 1 } };
    const { body, verification } = takeOut(JSON.stringify(view));
    expect(verification).toBe(ID);
    expect(JSON.parse(body)).toEqual({ ...view, to: masked, reference: null, metadata: {} });
  });

  it.each([
    [
      'a send of the platform',
      { id: ID, status: 'sent', to: null, foreign_id: 'max-7' },
      { id: ID, status: 'sent', to: null, foreign_id: null },
    ],
    ['one by a profile', { id: ID, foreign_id: 'max-7' }, { id: ID, foreign_id: null }],
    [
      'a send of GENIQ',
      { reference: 'max-7', responseCode: '0', messageIds: [ID] },
      { reference: '', responseCode: '0', messageIds: [ID] },
    ],
  ])('about %s neither', (_, view, rest) => {
    const { body, verification } = takeOut(JSON.stringify(view));
    expect(verification).toBe(ID);
    expect(JSON.parse(body)).toEqual(rest);
  });

  it.each([ID, ID.toUpperCase()])('about a check of GENIQ is that of the address, %s', (messageId) => {
    const { body, verification } = takeOut('{"reference":"max-7","responseCode":"0"}', { messageId });
    expect([body, verification]).toEqual(['{"reference":"","responseCode":"0"}', ID]);
  });

  it.each([
    '{"id":"wh_1","to":"x"}',
    '{"verifications":0}',
    `{"id":"${ID}","to":null}`,
    `{"id":"${ID}","name":"a profile"}`,
    `{"id":"${ID}","foreign_id":null}`,
    `{"reference":"","messageIds":["${ID}"]}`,
    '{"reference":"x","messageIds":[]}',
    '[]',
    '{}',
  ])('about nobody stays as it is: %s', (body) => {
    expect(takeOut(body)).toEqual({ body });
  });
});
