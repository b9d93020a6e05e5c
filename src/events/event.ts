import type { Channel } from '../providers/contract.js';

/** What an application may hear of. Written in the same script as the change that it tells of. */
export const EVENT_TYPES = [
  'verification.created',
  'verification.sent',
  'verification.delivered',
  'verification.failed_over',
  'verification.undelivered',
  'verification.approved',
  'verification.incorrect',
  'verification.locked',
  'verification.expired',
  'verification.canceled',
  'verification.blocked',
  'webhook.paused',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** An event as receivers see it (design §3): no code, no full number. */
export interface PasslaneEvent {
  /** The same on every repeat: `evt_<verification id>_<sequence>` for what happens to a verification. */
  readonly id: string;
  readonly type: EventType;
  /** Counts a verification's events from 1, without gaps. */
  readonly sequence: number;
  /** RFC 3339, UTC. */
  readonly created_at: string;
  readonly application: string;
  readonly data: VerificationEventData | WebhookEventData;
}

export interface VerificationEventData {
  readonly verification_id: string;
  /** Masked. */
  readonly to: string | null;
  readonly profile: string | null;
  readonly status: string;
  readonly channel: Channel | null;
  readonly account: string | null;
  /** Why: a failure's kind, `not_confirmed`, `asked`, `replaced` ...; null where nothing need be said. */
  readonly reason: string | null;
  /** Of the attempt that it is about, in the configured currency. */
  readonly cost: number | null;
}

interface WebhookEventData {
  readonly webhook_id: string;
  readonly reason: string;
}

/**
 * An application's events of the last seven days, in one Redis stream. Fields of an entry: `e` the event as JSON, byte
 * for byte as receivers get it; `t` its type; `w` id of the one webhook that it goes to, where the start named one.
 */
export const eventStreamKey = (application: string): string => `pl:{ev:${application}}:s`;
