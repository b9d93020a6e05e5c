import { fromMicros } from '../config/money.js';
import type { OutboxEntry, Publication } from '../store/event.store.js';
import type { EventType, PasslaneEvent } from './event.js';

/** An outbox entry as its receivers get it. The same entry makes the same text, byte for byte. */
export function toPublication({ shard, entryId, event }: OutboxEntry): Publication {
  const type = `verification.${event.kind}` as EventType;
  const told: PasslaneEvent = {
    id: `evt_${event.id}_${event.seq}`,
    type,
    sequence: event.seq,
    created_at: new Date(event.at).toISOString(),
    application: event.app,
    data: {
      verification_id: event.id,
      to: event.to ?? null,
      profile: event.profile ?? null,
      status: event.status,
      channel: event.channel ?? null,
      account: event.account ?? null,
      reason: event.reason ?? null,
      cost: event.cost === undefined ? null : fromMicros(event.cost),
    },
  };
  return { shard, entryId, type, webhook: event.hook, json: JSON.stringify(told) };
}
