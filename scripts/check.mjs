// `npm run check`: format, lint, types, import rules, unused code. All of them run, so that one go shows everything.
import { spawnSync } from 'node:child_process';
import { checkNode, ensureInstalled, root, say, tool } from './lib/setup.mjs';

checkNode();
ensureInstalled();

const CHECKS = {
  format: ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  lint: ['eslint/bin/eslint.js', '--max-warnings', '0', '.'],
  types: ['typescript/bin/tsc', '-p', 'tsconfig.json'],
  imports: ['dependency-cruiser/bin/dependency-cruise.mjs', '--output-type', 'err', 'src'],
  unused: ['knip/bin/knip.js', '--no-progress'],
};

const failed = Object.entries(CHECKS).filter(([name, [path, ...args]]) => {
  const { status } = spawnSync(process.execPath, [tool(path), ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  say(`check ${name}: ${status === 0 ? 'ok' : 'FAILED'}`);
  return status !== 0;
});
process.exit(failed.length === 0 ? 0 : 1);
