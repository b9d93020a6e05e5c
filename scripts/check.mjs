// `npm run check`: format, lint, types, import rules, unused code. All of them run, so that one go shows everything.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { checkNode, ensureInstalled, root, say, tool } from './lib/setup.mjs';

checkNode();
ensureInstalled();

/** The longest takes as long as the others together: two at a time. */
const LANES = 2;
const checks = [
  ['lint', 'eslint/bin/eslint.js', '--max-warnings', '0', '.'],
  ['format', 'prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  ['types', 'typescript/bin/tsc', '-p', 'tsconfig.json'],
  ['imports', 'dependency-cruiser/bin/dependency-cruise.mjs', '--output-type', 'err', 'src'],
  ['unused', 'knip/bin/knip.js', '--no-progress'],
];

let failed = false;
await Promise.all(
  Array.from({ length: LANES }, async () => {
    for (let next = checks.shift(); next; next = checks.shift()) failed = !(await passes(next)) || failed;
  }),
);
process.exit(failed ? 1 : 0);

/** What it prints comes in one piece. */
async function passes([name, path, ...args]) {
  const child = spawn(process.execPath, [tool(path), ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const output = (await Promise.all([text(child.stdout), text(child.stderr)])).join('');
  const ok = (await ended) === 0;
  process.stderr.write(output);
  say(`check ${name}: ${ok ? 'ok' : 'FAILED'}`);
  return ok;
}
