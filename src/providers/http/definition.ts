import { CHANNELS, type ProviderDefinition } from '../contract.js';
import { HttpProvider } from './provider.js';
import { HttpSettings } from './settings.js';

/** Any gateway with an HTTP interface: most users need no other provider. */
export const http: ProviderDefinition<HttpSettings> = {
  use: 'http',
  channels: CHANNELS,
  test: false,
  settings: HttpSettings,
  create: (settings, context) => new HttpProvider(settings, context),
};
