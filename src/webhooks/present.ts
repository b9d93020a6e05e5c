import type { StoredWebhook } from '../store/webhook.store.js';
import type { WebhookSettings } from './settings.js';
import { verificationKey } from './signing/signing-key.js';

/** A webhook that was read, with its settings opened. */
export interface OpenWebhook {
  readonly stored: StoredWebhook;
  readonly settings: WebhookSettings;
}

/** As people see it. A secret is shown by {@link presentWithSecret} only. */
export function present({ stored, settings }: OpenWebhook) {
  const { url, description, events, challenge, key, created_at } = settings;
  return {
    id: stored.id,
    url,
    description: description ?? null,
    events,
    signature: key.kind,
    status: stored.status,
    challenge,
    public_key: key.kind === 'ed25519' ? verificationKey(key) : null,
    failing_since: stored.failingSince > 0 ? new Date(stored.failingSince).toISOString() : null,
    created_at,
  };
}

export type WebhookAnswer = ReturnType<typeof present>;

export const presentWithSecret = (webhook: OpenWebhook) => ({
  ...present(webhook),
  secret: webhook.settings.key.kind === 'hmac' ? verificationKey(webhook.settings.key) : null,
});
