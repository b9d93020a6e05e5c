import type { Channel, ProviderDefinition } from '../contract.js';
import { PlatformProvider } from './provider.js';
import { BicsSettings, QikberrySettings } from './settings.js';
import { wantedEncoding } from './sms.js';

const BICS_CHANNELS = ['sms', 'whatsapp', 'viber', 'voice'] as const satisfies readonly Channel[];

/** Qikberry's platform: version 2 of its HTTP interface. */
export const qikberry: ProviderDefinition<QikberrySettings> = {
  use: 'qikberry',
  channels: [...BICS_CHANNELS, 'rcs'],
  test: false,
  settings: QikberrySettings,
  smsEncoding: (_, { sms }) => sms && wantedEncoding(sms),
  carries: (settings) => ([...BICS_CHANNELS, 'rcs'] as const).filter((channel) => settings[channel]),
  create: (settings, context) => new PlatformProvider(settings, context),
};

/** BICS sells the same platform under its own name, without RCS and without Indian regulation: one folder for both. */
export const bics: ProviderDefinition<BicsSettings> = {
  use: 'bics',
  channels: BICS_CHANNELS,
  test: false,
  settings: BicsSettings,
  smsEncoding: (_, { sms }) => sms && wantedEncoding(sms),
  carries: (settings) => BICS_CHANNELS.filter((channel) => settings[channel]),
  create: (settings, context) => new PlatformProvider(settings, context),
};
