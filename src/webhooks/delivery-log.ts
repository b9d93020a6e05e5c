/** One attempt to send an event to a webhook, as its log keeps it and people read it. */
export interface DeliveryLine {
  readonly event_id: string;
  readonly type: string;
  /** 1 is the first. */
  readonly attempt: number;
  /** `dead`: failed, and was the last attempt. */
  readonly outcome: 'delivered' | 'failed' | 'dead';
  /** HTTP status, where there was an answer. */
  readonly status: number | null;
  /** Why there was none, or why it did not count. */
  readonly error: string | null;
  /** How long the attempt took. */
  readonly ms: number;
  /** RFC 3339. */
  readonly at: string;
  /** Begin of what the receiver said to a failed attempt: at most 1 KB. */
  readonly answer: string | null;
}
