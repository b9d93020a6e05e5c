import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { Manifest } from './manifest.js';

/**
 * The part of Kustomize that our overlays use, so that they can be tested where there is no Kustomize; where there is one,
 * `kustomize.deploy.ts` compares the two. A field that this does not know is an error, never passed over.
 */
interface Kustomization {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly resources?: readonly string[];
  readonly configMapGenerator?: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly patches?: readonly {
    readonly path: string;
    readonly target: { readonly kind: string; readonly name: string };
  }[];
}

const KNOWN = ['apiVersion', 'kind', 'namespace', 'resources', 'configMapGenerator', 'patches'];

type Fields = Record<string, unknown>;

/** Every object that a directory with a `kustomization.yaml` stands for; generated names without their hash. */
export function render(directory: string): Manifest[] {
  const kustomization = parse(read(directory, 'kustomization.yaml')) as Kustomization;
  const unknown = Object.keys(kustomization).filter((field) => !KNOWN.includes(field));
  if (unknown.length > 0) throw new Error(`${directory}: this renderer does not know ${unknown.join(', ')}`);
  const { namespace, resources = [], configMapGenerator = [], patches = [] } = kustomization;
  let manifests = resources.flatMap((name) =>
    name.endsWith('.yaml') ? readManifests(directory, name) : render(join(directory, name)),
  );
  manifests.push(...configMapGenerator.map(({ name, files }) => configMap(directory, name, files)));
  for (const { path, target } of patches) {
    const patch = withoutName(parse(read(directory, path)) as Manifest);
    const name = new RegExp(`^(?:${target.name})$`);
    const isMeant = (each: Manifest) => each.kind === target.kind && name.test(each.metadata.name);
    if (!manifests.some(isMeant)) throw new Error(`${directory}/${path} changes nothing`);
    manifests = manifests.map((each) => (isMeant(each) ? (merge(each, patch) as Manifest) : each));
  }
  return namespace === undefined ? manifests : manifests.map((each) => inNamespace(each, namespace));
}

export function readManifests(directory: string, name: string): Manifest[] {
  return parseAllDocuments(read(directory, name)).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as Manifest;
  });
}

const read = (directory: string, name: string): string => readFileSync(join(directory, name), 'utf8');

const configMap = (directory: string, name: string, files: readonly string[]): Manifest & { data: Fields } => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: Object.fromEntries(files.map((file) => [basename(file), read(directory, file)])),
});

/** With a target the patch's own name says nothing. */
const withoutName = ({ spec }: Manifest): Fields => ({ spec });

function inNamespace(manifest: Manifest, namespace: string): Manifest {
  if (manifest.kind === 'Namespace') return { ...manifest, metadata: { ...manifest.metadata, name: namespace } };
  return { ...manifest, metadata: { ...manifest.metadata, namespace } };
}

/** Strategic merge: maps by field, lists of named things by name with the new ones in front, all else is replaced. */
function merge(old: unknown, patch: unknown): unknown {
  if (isNamedList(old) && isNamedList(patch)) {
    const changed = old.map((each) => merge(each, patch.find(({ name }) => name === each.name) ?? {}));
    return [...patch.filter(({ name }) => old.every((each) => each.name !== name)), ...changed];
  }
  if (!isMap(old) || !isMap(patch)) return patch;
  const merged = Object.entries(patch).map(([field, value]) => [
    field,
    field in old ? merge(old[field], value) : value,
  ]);
  return { ...old, ...(Object.fromEntries(merged) as Fields) };
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const isNamedList = (value: unknown): value is Fields[] =>
  Array.isArray(value) && value.every((each) => isMap(each) && 'name' in each);
