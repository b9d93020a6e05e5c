import type { Channel } from '../providers/contract.js';
import type { OutboxEntry, Publication } from '../store/event.store.js';
import type { EventType, PasslaneEvent } from './event.js';

/** An outbox entry as its receivers get it. The same entry makes the same text, byte for byte. */
export function toPublication({ shard, entryId, fields }: OutboxEntry): Publication {
  const text = (name: string): string => fields[name] ?? '';
  const maybe = (name: string): string | null => fields[name] ?? null;
  const type = `verification.${text('kind')}` as EventType;
  const event: PasslaneEvent = {
    id: `evt_${text('id')}_${text('seq')}`,
    type,
    sequence: Number(text('seq')),
    created_at: new Date(Number(text('at'))).toISOString(),
    application: text('app'),
    data: {
      verification_id: text('id'),
      to: maybe('to'),
      profile: maybe('profile'),
      status: text('status'),
      channel: maybe('channel') as Channel | null,
      account: maybe('account'),
      reason: maybe('reason'),
      // No provider of ours tells it with its answer.
      cost: null,
    },
  };
  return { shard, entryId, type, webhook: fields.hook, json: JSON.stringify(event) };
}
