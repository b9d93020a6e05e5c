// `npm test`: everything that CI runs, from a fresh clone. Arguments are passed on to jest (and then only jest runs).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

const directory = mkdtempSync(join(tmpdir(), 'passlane-test-'));
const report = join(directory, 'report.json');
let failed = false;
try {
  if (chosen.length === 0) failed = run([join(root, 'scripts', 'check.mjs')]) || failed;
  failed =
    run([
      '--experimental-vm-modules',
      '--no-warnings',
      tool('jest/bin/jest.js'),
      '--json',
      // A spec whose set-up fails leaves servers open; that must not keep the run from ending.
      '--forceExit',
      `--outputFile=${report}`,
      ...chosen,
    ]) || failed;
} finally {
  endLeftovers(directory);
  const totals = readTotals();
  rmSync(directory, { recursive: true, force: true });
  process.stdout.write(`${totals.passed} passed, ${totals.failed} failed\n`);
  process.exit(failed || totals.failed > 0 || totals.passed === 0 ? 1 : 0);
}

function run(args) {
  const env = { ...process.env, PASSLANE_TEST_REDIS: server, PASSLANE_TEST_DIR: directory };
  return spawnSync(process.execPath, args, { cwd: root, env, stdio: ['ignore', 2, 2] }).status !== 0;
}

function readTotals() {
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
