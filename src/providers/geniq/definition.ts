import type { ProviderDefinition } from '../contract.js';
import { wantedEncoding } from './messages.js';
import { GeniqProvider } from './provider.js';
import { GeniqSettings } from './settings.js';

/** GENIQ's REST API (geniq.io): SMS, WhatsApp and calls. */
export const geniq: ProviderDefinition<GeniqSettings> = {
  use: 'geniq',
  channels: ['sms', 'whatsapp', 'voice'],
  test: false,
  settings: GeniqSettings,
  smsEncoding: (_, { sms }) => wantedEncoding(sms),
  create: (settings, context) => new GeniqProvider(settings, context),
};
