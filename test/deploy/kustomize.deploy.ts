import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from './support/manifest.js';
import { render } from './support/render.js';

const COMMANDS = [
  ['kustomize', 'build'],
  ['kubectl', 'kustomize'],
] as const;

const command = COMMANDS.find(([program, verb]) => spawnSync(program, [verb, '--help']).status === 0);

function kustomize(directory: string): Manifest[] {
  const [program, verb] = command!;
  const { stdout, stderr, status } = spawnSync(program, [verb, directory], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  // Generated names end with a hash of what they hold.
  const text = stdout.replace(/\b(passlane-config)-[a-z0-9]{10}\b/g, '$1');
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

const byName = (manifests: readonly Manifest[]): Record<string, Manifest> =>
  Object.fromEntries(manifests.map((each) => [`${each.kind} ${each.metadata.name}`, each]));

const why = command ? '' : ' (skipped: neither kustomize nor kubectl is on the PATH)';
describe(`Kustomize itself${why}`, () => {
  const itIfThere = command ? it : it.skip;

  itIfThere.each(['single', 'sentinel', 'cluster'])('makes the same of the overlay %s as our tests do', (name) => {
    const directory = join('deploy/kubernetes/overlays', name);
    expect(byName(kustomize(directory))).toEqual(byName(render(directory)));
  });
});
