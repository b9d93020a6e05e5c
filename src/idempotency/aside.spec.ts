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

  it.each(['{"id":"wh_1","to":"x"}', '{"verifications":0}', `{"id":"${ID}","to":null}`, '[]', '{}'])(
    'about nobody stays as it is: %s',
    (body) => {
      expect(takeOut(body)).toEqual({ body });
    },
  );
});
