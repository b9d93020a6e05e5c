import TestSequencer from '@jest/test-sequencer';

/** A clean clone knows no times: without this the longest specs run last, and one of two cores has nothing to do. */
const SLOW = [/test\/faults\/kill\./, /test\/model\//, /test\/faults\//, /test\/e2e\//, /test\/contract\//];

const rank = ({ path }) => SLOW.findIndex((pattern) => pattern.test(path)) >>> 0;

export default class SlowFirst extends TestSequencer {
  sort(tests) {
    return [...tests].sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
  }
}
