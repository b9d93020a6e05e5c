import type { Redis } from 'ioredis';
import { makeKeyring } from '../../src/codes/keyring.js';
import { loadFile } from '../../src/config/load-file.js';
import type { Provider, ProviderDefinition, Receipt } from '../../src/providers/contract.js';

/** An account named `main` with these settings, made as the service makes it. @throws ConfigError */
export function makeProvider(
  definition: ProviderDefinition,
  settings: Record<string, unknown>,
  redis: Redis,
  receive: (receipt: Receipt) => Promise<void> = () => Promise.resolve(),
): Provider {
  const account = loadFile({ accounts: { main: { use: definition.use, settings } } }, {}).accounts.get('main')!;
  const keyring = makeKeyring([Buffer.alloc(32, 1)]);
  return definition.create(account.settings, {
    account: 'main',
    concurrency: account.concurrency,
    redis,
    keyring,
    receive,
  });
}
