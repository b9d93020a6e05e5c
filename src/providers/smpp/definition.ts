import type { ProviderDefinition } from '../contract.js';
import { encodingOf } from './message.js';
import { SmppProvider } from './provider.js';
import { SmppSettings } from './settings.js';

/** Any message centre or aggregator that speaks SMPP 3.4. */
export const smpp: ProviderDefinition<SmppSettings> = {
  use: 'smpp',
  channels: ['sms'],
  test: false,
  settings: SmppSettings,
  smsEncoding: (text, { alphabet }) => encodingOf(text, alphabet),
  create: (settings, context) => new SmppProvider(settings, context),
};
