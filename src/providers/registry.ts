import type { ProviderDefinition } from './contract.js';
import { genio } from './genio/definition.js';
import { http } from './http/definition.js';
import { sandbox } from './sandbox/definition.js';
import { ugsms } from './ugsms/definition.js';

/** Every provider. Joining is one folder and one line here. */
export const providers: readonly ProviderDefinition[] = [genio, http, sandbox, ugsms];
