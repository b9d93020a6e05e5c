import { describe, expect, it } from '@jest/globals';
import type { Door } from './door.js';
import { overrideMethod } from './override-method.js';

const door = (prefix: string, overridesMethod?: boolean) => ({ face: { prefix }, overridesMethod }) as Door;
const override = overrideMethod([door('/a/', true), door('/b/')]);

describe('overrideMethod', () => {
  it.each([
    ['GET', '/a/x?_method=DELETE', 'DELETE'],
    ['POST', '/a/x?y=1&_method=put', 'PUT'],
    ['POST', '/a/x?_method=TRACE', 'POST'],
    ['POST', '/a/x?_method=', 'POST'],
    ['POST', '/a/x?y_method=PUT', 'POST'],
    ['POST', '/a/_method=PUT', 'POST'],
    ['GET', '/b/x?_method=DELETE', 'GET'],
    ['GET', '/v1/x?_method=DELETE', 'GET'],
    ['GET', '/v1/a/x?_method=DELETE', 'GET'],
  ])('makes of %s %s a %s, and leaves the address', (method, url, verb) => {
    const request = { method, url };
    expect(override(request)).toBe(url);
    expect(request).toEqual({ method: verb, url });
  });
});
