import type { PasslaneEvent } from '../../events/event.js';

/** Tells the application's other webhooks (and its stream) that one of them is paused. @param count which pause of it */
export function pausedEvent(application: string, webhook: string, count: number, now: number): string {
  const event: PasslaneEvent = {
    id: `evt_${webhook}_${count}`,
    type: 'webhook.paused',
    sequence: count,
    created_at: new Date(now).toISOString(),
    application,
    data: { webhook_id: webhook, reason: 'failing_for_a_day' },
  };
  return JSON.stringify(event);
}
