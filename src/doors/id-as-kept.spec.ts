import { expect, it } from '@jest/globals';
import { idAsKept } from './id-as-kept.js';

it.each([
  ['8C1EE7A2-93AB-4D0F-8A53-0D3FBB5E1AA7', '8c1ee7a2-93ab-4d0f-8a53-0d3fbb5e1aa7'],
  ['file-Login', 'file-Login'],
  ['WH_8C1E', 'WH_8C1E'],
])('knows %s as %s', (id, kept) => {
  expect(idAsKept(id)).toBe(kept);
});
