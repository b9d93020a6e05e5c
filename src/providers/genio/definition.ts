import type { ProviderDefinition } from '../contract.js';
import { GenioProvider } from './provider.js';
import { GenioSettings } from './settings.js';

/** GenioApi: SMS from the operator's own Android phones. */
export const genio: ProviderDefinition<GenioSettings> = {
  use: 'genio',
  channels: ['sms'],
  test: false,
  settings: GenioSettings,
  create: (settings, context) => new GenioProvider(settings, context),
};
