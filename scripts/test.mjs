// `npm test`: everything that CI runs, from a fresh clone. Arguments are passed on to jest (and then only jest runs).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis } from './lib/find-redis.mjs';
import { checkNode, ensureBuilt, ensureInstalled, root, say, tool } from './lib/setup.mjs';

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
  endLeftovers();
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

/** Tests note the pid of everything they start; what a crashed one has left is ended here. */
function endLeftovers() {
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.pid'))) {
    try {
      process.kill(Number(readFileSync(join(directory, file), 'utf8')), 'SIGKILL');
      say(`ended a leftover of the tests: ${file}`);
    } catch {
      // It has ended by itself, as it should.
    }
  }
}
