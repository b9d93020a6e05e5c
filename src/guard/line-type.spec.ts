import { describe, expect, it } from '@jest/globals';
import { parseRecipient } from '../recipients/recipient.js';
import { lineTypeOf } from './line-type.js';

describe('lineTypeOf', () => {
  it.each([
    ['+447400123456', undefined],
    ['+442079460958', undefined],
    ['+448001234567', undefined],
    ['+449012345678', 'premium'],
    ['+491803123456', 'shared_cost'],
    ['+447012345678', 'personal'],
    ['+447640123456', 'personal'],
    ['+445512345678', 'personal'],
    ['+4209601123456', 'personal'],
    ['+3933123456789', 'personal'],
    ['+881612345678', 'satellite'],
    ['+15555550100', 'unallocated'],
  ])('%s: %s', (number, lineType) => {
    const { address, type } = parseRecipient(number);
    expect(lineTypeOf(address, type)).toBe(lineType);
  });
});
