// `npm run test:modes`: failover with Sentinel, a Redis Cluster under load and without one of its primaries, and the
// end-to-end tests against a cluster. About five minutes; prints the figures that docs/redis.md has. With arguments: only
// those of the end-to-end tests.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endLeftovers } from './lib/end-leftovers.mjs';
import { findRedis } from './lib/find-redis.mjs';
import { checkNode, ensureBuilt, ensureInstalled, root, tool } from './lib/setup.mjs';

checkNode();
ensureInstalled();
ensureBuilt();
const server = findRedis();
const chosen = process.argv.slice(2);

const directory = mkdtempSync(join(tmpdir(), 'passlane-modes-'));
// One at a time: they measure.
const failovers = () => jest(['--runInBand', '--testMatch', '**/test/modes/*.modes.ts'], {});
const endToEnd = () => {
  const files = chosen.length > 0 ? chosen : ['test/e2e'];
  // Each spec waits three seconds for its cluster, and many for leases as well: more at a time than there are cores.
  return jest(['--forceExit', '--maxWorkers', '4', ...files], { PASSLANE_TEST_REDIS_MODE: 'cluster' });
};
const results = [chosen.length > 0 || failovers(), endToEnd()];
endLeftovers(directory);
rmSync(directory, { recursive: true, force: true });
process.exit(results.every(Boolean) ? 0 : 1);

function jest(args, more) {
  const env = { ...process.env, PASSLANE_TEST_REDIS: server, PASSLANE_TEST_DIR: directory, ...more };
  const command = ['--experimental-vm-modules', '--no-warnings', tool('jest/bin/jest.js'), ...args];
  return spawnSync(process.execPath, command, { cwd: root, env, stdio: ['ignore', 2, 2] }).status === 0;
}
