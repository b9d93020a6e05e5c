import { Problem } from '../shared/problem.js';

export const overloaded = new Problem(
  503,
  'overloaded',
  'Overloaded',
  'Too much at a time. Try again a little later.',
  {
    retryAfter: 1,
  },
);
