import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Namespace, Secret, Service, ServiceAccount } from 'kubernetes-models/v1';
import ts from 'typescript';
import type { Manifest } from './support/manifest.js';
import { readManifests, render } from './support/render.js';

/** The published schemas of all kinds that we use, by where they come from. */
const MODELS = {
  'apps/v1': { Deployment, StatefulSet },
  'autoscaling/v2': { HorizontalPodAutoscaler },
  'networking.k8s.io/v1': { NetworkPolicy },
  'policy/v1': { PodDisruptionBudget },
  v1: { ConfigMap, Namespace, Secret, Service, ServiceAccount },
} as Record<string, Record<string, new (data: unknown) => { validate(): void }>>;

const manifests = [
  ...['single', 'sentinel', 'cluster'].flatMap((name) => render(join('deploy/kubernetes/overlays', name))),
  ...readManifests('deploy/kubernetes/base', 'secret.example.yaml'),
];

/** What the schema of its kind says against it; undefined for nothing. */
function fault(manifest: Manifest): string | undefined {
  const Model = MODELS[manifest.apiVersion]?.[manifest.kind];
  if (!Model) return 'is of a kind without a schema here';
  try {
    new Model(manifest).validate();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Schemas let fields pass that they do not know, and Kubernetes drops them with a warning at most. The same schemas as
 * types do not: so every manifest is written down as a literal of its type, and compiled, in memory.
 */
function faultsAsTypes(all: readonly Manifest[]): string[] {
  // Inside of the project, since that is where its modules are looked for.
  const path = join(process.cwd(), 'test', 'deploy', 'manifests-as-literals.mts');
  const text = all
    .map((each) => `(${JSON.stringify(each)}) satisfies import('kubernetes-models/${each.apiVersion}').I${each.kind};`)
    .join('\n');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const [fileExists, getSourceFile] = [host.fileExists.bind(host), host.getSourceFile.bind(host)];
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === path ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2023) : getSourceFile(name, ...rest);
  const program = ts.createProgram([path], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ start = 0, messageText }) => {
    const line = text.slice(0, start).split('\n').length - 1;
    const { kind, metadata } = all[line] ?? { kind: 'file', metadata: { name: path } };
    return `${kind} ${metadata.name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

describe("Kubernetes' published schemas", () => {
  it.each(manifests.map((manifest) => [manifest.kind, manifest.metadata.name, manifest] as const))(
    'take the %s %s',
    (_, __, manifest) => {
      expect(fault(manifest)).toBeUndefined();
    },
  );

  it('know every field of every manifest', () => {
    expect(faultsAsTypes(manifests)).toEqual([]);
  });

  it('would tell of a wrong value and of a misspelt field', () => {
    const deployment = manifests.find(({ kind }) => kind === 'Deployment')!;
    const wrong = { ...deployment, spec: { ...deployment.spec, minReadySeconds: 'five' } } as unknown as Manifest;
    expect(fault(wrong)).toMatch(/minReadySeconds/);
    const misspelt = { ...deployment, spec: { ...deployment.spec, minReadySecond: 5 } } as unknown as Manifest;
    expect(fault(misspelt)).toBeUndefined();
    expect(faultsAsTypes([misspelt])).toEqual([expect.stringMatching(/^Deployment passlane-api: .*minReadySecond/)]);
  });
});
