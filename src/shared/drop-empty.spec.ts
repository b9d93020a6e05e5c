import { describe, expect, it } from '@jest/globals';
import { dropEmpty } from './drop-empty.js';

const schema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    from: { type: ['string', 'null'] },
    wait: { type: ['integer', 'null'] },
    list: { type: ['array', 'null'] },
    payload: { type: ['object', 'null'], properties: { token: { type: ['string', 'null'] } } },
    channels: { type: 'array', items: { type: 'object', properties: { from: { type: ['string', 'null'] } } } },
  },
};

describe('dropEmpty', () => {
  it.each([
    [{ from: '', wait: '', payload: [] }, {}],
    [{ payload: { token: '' } }, { payload: {} }],
    [{ channels: [{ from: '' }, { from: 'x' }, null, ''] }, { channels: [{}, { from: 'x' }, null, ''] }],
  ])('takes what is empty out of %j', (body, rest) => {
    dropEmpty(schema, body);
    expect(body).toEqual(rest);
  });

  it.each([
    { name: '', channels: [] },
    { from: null, wait: 0, list: [], unknown: '' },
    { payload: [1], from: ' ' },
    { payload: 'x', channels: 'x' },
    [''],
    '',
    null,
    undefined,
  ])('leaves %j', (body) => {
    const before: unknown = structuredClone(body);
    dropEmpty(schema, body);
    expect(body).toEqual(before);
  });
});
