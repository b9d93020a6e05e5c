import { describe, expect, it } from '@jest/globals';
import { compileSchema } from './validator.js';

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: { limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 }, name: { type: ['string', 'null'] } },
};

describe('a query', () => {
  const validate = compileSchema({ schema, method: 'GET', url: '/', httpPart: 'querystring' }) as ((
    data: unknown,
  ) => boolean) & { errors?: { message?: string }[] };

  it.each([
    [{ limit: '7' }, { limit: 7 }],
    [{ limit: '1e1' }, { limit: 10 }],
    [{ name: '7' }, { limit: 20, name: '7' }],
  ])('%j becomes %j', (query, made) => {
    expect(validate(query)).toBe(true);
    expect(query).toEqual(made);
    expect(validate.errors ?? null).toBeNull();
  });

  it.each(['0', '101', '1.5', '1e309', '-1e309', 'Infinity', 'NaN', '', '0x', 'ten'])(
    'is refused for limit=%s',
    (limit) => {
      expect(validate({ limit })).toBe(false);
      expect(validate.errors?.length).toBeGreaterThan(0);
    },
  );
});
