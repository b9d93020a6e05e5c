// Where the time of ours goes: one CPU profile for each operation, added up by who ran.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startOurs } from './contestants.mjs';
import { runRound } from './round.mjs';

const PRELOAD = ['--import', './bench/profiler.mjs'];
const WARM_UPS = 3;
/** Parts below this share are added up. */
const SMALLEST_SHARE = 0.015;

/** @returns one Markdown table for each operation; the profiles themselves lie in `directory` */
export async function profile(surroundings, directory) {
  const [ours] = await startOurs({ ...surroundings, preload: PRELOAD });
  for (let round = 0; round < WARM_UPS; round++) await runRound(ours, surroundings);
  const tables = [];
  await runRound(ours, surroundings, async (operation, work) => {
    const file = join(directory, `${operation}.cpuprofile`);
    await tell(ours.child, { profile: 'start' });
    const result = await work();
    await tell(ours.child, { profile: 'stop', file });
    tables.push(table(operation, JSON.parse(readFileSync(file, 'utf8'))));
    return result;
  });
  return tables.join('\n\n');
}

async function tell(child, message) {
  child.send(message);
  await once(child, 'message');
}

function table(operation, { nodes, samples, timeDeltas }) {
  const tree = new Map(nodes.map((node) => [node.id, node]));
  for (const node of nodes) for (const child of node.children ?? []) tree.get(child).parent = node;
  const times = new Map();
  samples.forEach((id, i) => {
    const part = partOf(tree.get(id));
    if (part !== '(idle)') times.set(part, (times.get(part) ?? 0) + timeDeltas[i]);
  });
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  const large = [...times].filter(([, time]) => time / total >= SMALLEST_SHARE).sort((a, b) => b[1] - a[1]);
  const rest = total - large.reduce((sum, [, time]) => sum + time, 0);
  const rows = [...large, ['all others', rest]].map(
    ([part, time]) => `| ${part} | ${((time / total) * 100).toFixed(0)} % |`,
  );
  return [`| ${operation}: who runs | share |`, '| --- | --- |', ...rows].join('\n');
}

/** A package, a folder of ours, or what V8 and libuv do by themselves. Node's own code counts for whoever called it. */
function partOf(node) {
  const { functionName } = node.callFrame;
  if (functionName.startsWith('(')) return functionName;
  for (let caller = node; caller; caller = caller.parent) {
    const { url } = caller.callFrame;
    const packageName = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
    if (packageName) return packageName;
    const folder = /\/dist\/([^/]+)/.exec(url)?.[1];
    if (folder) return `src/${folder}`;
  }
  return 'node itself';
}
