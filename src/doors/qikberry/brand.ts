import type { Channel } from '../../providers/contract.js';
import { EVENTS } from './message-status.js';

/** The platform's names of channels, and ours. A call is `voice`, and was `tts` before 2023; in profiles it still is. */
export const CHANNEL_OF = {
  sms: 'sms',
  whatsapp: 'whatsapp',
  voice: 'voice',
  tts: 'voice',
  viber: 'viber',
  rcs: 'rcs',
} as const satisfies Record<string, Channel>;
export type ChannelName = keyof typeof CHANNEL_OF;

/** RCS is no channel of profiles. */
export const PROFILE_NAMES = ['sms', 'whatsapp', 'tts', 'voice', 'viber'] as const satisfies ChannelName[];

/** One platform under two names. */
export interface Brand {
  readonly names: readonly ChannelName[];
  /** What webhooks may be told of. */
  readonly events: readonly string[];
}

const BICS_NAMES: readonly ChannelName[] = ['sms', 'whatsapp', 'voice', 'tts', 'viber'];

export const QIKBERRY: Brand = { names: [...BICS_NAMES, 'rcs'], events: EVENTS };
export const BICS: Brand = { names: BICS_NAMES, events: EVENTS.filter((event) => !event.startsWith('rcs:')) };
