import type { Keyring } from '../codes/keyring.js';
import { open, seal } from '../codes/seal.js';
import type { DialectSettings } from './dialect.js';
import type { SigningKey } from './signing/signing-key.js';

/** What people set of a webhook. Sealed in Redis as a whole: addresses, too, may carry a secret. */
export interface WebhookSettings {
  readonly url: string;
  /** Types, `verification.*`, `*`. */
  readonly events: readonly string[];
  readonly description?: string;
  /** Nothing is sent before the receiver has answered a challenge. */
  readonly challenge: boolean;
  /** RFC 3339. */
  readonly created_at: string;
  /** Attempts of one event; without a number, as many as fit into a day. */
  readonly attempts?: number;
  /** Of one that a door has made; the others speak as Standard Webhooks. */
  readonly dialect?: DialectSettings;
  readonly key: SigningKey;
  /** Signs beside the key until (Unix ms), so that receivers can change over. */
  readonly previous?: { readonly key: SigningKey; readonly until: number };
}

/** Bound to its application and id: what was sealed for one webhook does not open as another's. */
const purpose = (application: string, id: string): string => `webhook:${application}:${id}`;

export const sealSettings = (ring: Keyring, application: string, id: string, settings: WebhookSettings): string =>
  seal(ring, purpose(application, id), JSON.stringify(settings));

/** Undefined when the secret that sealed them was retired. */
export function openSettings(ring: Keyring, application: string, id: string, sealed: string) {
  const json = open(ring, purpose(application, id), sealed);
  return json === undefined ? undefined : (JSON.parse(json) as WebhookSettings);
}

/** With the newest secret, where an older one has sealed them. */
export const resealed = (
  ring: Keyring,
  application: string,
  { id, settings: sealed }: { readonly id: string; readonly settings: string },
  settings: WebhookSettings,
): string | undefined =>
  sealed.startsWith(`${ring.current.id}.`) ? undefined : sealSettings(ring, application, id, settings);

/** The keys that sign now. */
export const keysAt = ({ key, previous }: WebhookSettings, now: number): SigningKey[] =>
  previous && previous.until > now ? [key, previous.key] : [key];
