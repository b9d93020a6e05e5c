import type { ProviderDefinition } from '../contract.js';
import { UgsmsProvider } from './provider.js';
import { UgsmsSettings } from './settings.js';

/** UGSMS, Uganda. It sends no receipts: the next step waits for the timer alone. */
export const ugsms: ProviderDefinition<UgsmsSettings> = {
  use: 'ugsms',
  channels: ['sms'],
  test: false,
  settings: UgsmsSettings,
  create: (settings, context) => new UgsmsProvider(settings, context),
};
