import type { ProviderDefinition } from './contract.js';
import * as definitions from './definitions.js';

export const providers: readonly ProviderDefinition[] = Object.values(definitions);
