import type { PasslaneEvent } from '../../events/event.js';
import type { EventEntry } from '../../store/event-entry.js';

/** What a pump must know of an event beyond its text. */
interface About {
  readonly id: string;
  /** The verification (or else the webhook) that it tells of. */
  readonly subject: string;
}

/** An event of the stream. Parsed once, if any webhook may want it. */
export class StreamEvent {
  private parsed?: About | 'unreadable';

  constructor(readonly source: EventEntry) {}

  /** Undefined for a text that is no event: nobody can be sent that, and it must not stop those that follow. */
  get about(): About | undefined {
    this.parsed ??= aboutOf(this.source.body) ?? 'unreadable';
    return this.parsed === 'unreadable' ? undefined : this.parsed;
  }
}

function aboutOf(body: string): About | undefined {
  try {
    const { id, data } = JSON.parse(body) as PasslaneEvent;
    return { id, subject: 'verification_id' in data ? data.verification_id : data.webhook_id };
  } catch {
    return undefined;
  }
}

/** What a webhook has asked for: types, `verification.*`, or `*`. */
export function wants(
  webhook: { readonly id: string; readonly events: readonly string[] },
  event: StreamEvent,
): boolean {
  const { type, only } = event.source;
  if (only !== undefined && only !== webhook.id) return false;
  if (!webhook.events.some((pattern) => matches(pattern, type))) return false;
  // That it was paused is news for the others.
  return type !== 'webhook.paused' || event.about?.subject !== webhook.id;
}

const matches = (pattern: string, type: string): boolean =>
  pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
