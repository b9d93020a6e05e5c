import type { FailureKind } from '../errors.js';

/** What the sandbox does with a message. */
export interface Outcome {
  /** Refused with this kind, as a vendor would. */
  readonly fails?: FailureKind;
  /** Seconds until the message is in the inbox. */
  readonly lateBy?: number;
  /** Accepted, but it never arrives: no message. */
  readonly lost?: boolean;
  /** What the receipt says, half a second after the message; `none` for a vendor that sends no receipts. */
  readonly receipt?: 'delivered' | 'read' | 'failed' | 'none';
}

/**
 * Numbers of the range that Ofcom reserves for drama (+44 7700 900000–900999): nobody owns them.
 * Every other number gets its message at once, and a receipt that says so.
 */
export const MAGIC_NUMBERS: Readonly<Record<string, Outcome>> = {
  '+447700900901': { lateBy: 3 },
  '+447700900902': { lost: true, receipt: 'failed' },
  '+447700900903': { fails: 'unreachable' },
  '+447700900904': { fails: 'bad_recipient' },
  '+447700900905': { fails: 'rejected' },
  '+447700900906': { fails: 'maybe_sent' },
  '+447700900907': { receipt: 'none' },
  '+447700900908': { receipt: 'read' },
};
