import { existsSync } from 'node:fs';
import type { ProviderDefinition } from '../../src/providers/contract.js';
import { providers } from '../../src/providers/registry.js';
import type { Peer } from './peer.js';

const peerOf = async ({ use }: ProviderDefinition): Promise<Peer | undefined> =>
  existsSync(new URL(`./${use}.ts`, import.meta.url))
    ? ((await import(`./${use}.js`)) as { peer: Peer }).peer
    : undefined;

const found = await Promise.all(providers.map(async (definition) => ({ definition, peer: await peerOf(definition) })));

/** Every provider of the registry that has a peer; the contract asks why one has none. */
export const withPeer = found.flatMap(({ definition, peer }) => (peer ? [{ definition, peer }] : []));
