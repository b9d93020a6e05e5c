import { existsSync } from 'node:fs';
import type { ProviderDefinition } from '../../src/providers/contract.js';
import { providers } from '../../src/providers/registry.js';
import type { Peer } from './peer.js';

/** Every provider of the registry that has a peer; the contract asks why one has none. */
export const withPeer: { definition: ProviderDefinition; peer: Peer }[] = [];

// One after the other: jest's module loader cannot link several at a time that import the same.
for (const definition of providers) {
  const { use } = definition;
  if (!existsSync(new URL(`./${use}.ts`, import.meta.url))) continue;
  const { peer } = (await import(`./${use}.js`)) as { peer: Peer };
  withPeer.push({ definition, peer });
}
