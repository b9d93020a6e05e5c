import type { ProviderDefinition } from './contract.js';
import { http } from './http/definition.js';
import { sandbox } from './sandbox/definition.js';

/** Every provider. Joining is one folder and one line here. */
export const providers: readonly ProviderDefinition[] = [http, sandbox];
