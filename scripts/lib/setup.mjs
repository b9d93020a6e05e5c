// What a fresh clone lacks: dependencies and a build. Uses Node's own modules only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const OLDEST_NODE = [20, 19];

export const say = (text) => process.stderr.write(`${text}\n`);

export function fail(text) {
  say(`\n${text}\n`);
  process.exit(1);
}

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    fail(`Passlane needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
  }
}

/** Runs a tool of ours to its end, showing what it prints; ends this process when it fails. */
function mustRun(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (error || status !== 0) fail(`${[command, ...args].join(' ')} failed${error ? `: ${error.message}` : ''}.`);
}

/** A tool that the project's dependencies bring, run by this Node. */
export const tool = (path) => join(root, 'node_modules', ...path.split('/'));

export function ensureInstalled() {
  const wanted = hashOf(['package.json', 'package-lock.json', '.npmrc']);
  const stamp = join(root, 'node_modules', '.passlane-stamp');
  if (readText(stamp) === wanted) return;
  say('Installing dependencies (npm ci) ...');
  mustRun('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, wanted);
}

export function ensureBuilt() {
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  const wanted = hashOf([...sources, 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'package-lock.json']);
  const stamp = join(root, 'dist', '.passlane-stamp');
  if (readText(stamp) === wanted) return;
  say('Building ...');
  mustRun(process.execPath, [tool('@nestjs/cli/bin/nest.js'), 'build']);
  writeFileSync(stamp, wanted);
}

/** A directory that only we can read. */
export function privateDirectory(...parts) {
  const path = join(root, ...parts);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const path = file.startsWith(root) ? file : join(root, file);
    hash
      .update(`${path.slice(root.length)}\0`)
      .update(existsSync(path) ? readFileSync(path) : '')
      .update('\0');
  }
  return hash.digest('hex');
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
