/** Every provider: a newcomer is one line here. Each export is a `ProviderDefinition`. */
export { geniq } from './geniq/definition.js';
export { genio } from './genio/definition.js';
export { http } from './http/definition.js';
export { bics, qikberry } from './qikberry/definition.js';
export { sandbox } from './sandbox/definition.js';
export { smpp } from './smpp/definition.js';
export { ugsms } from './ugsms/definition.js';
