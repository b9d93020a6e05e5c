import type { PasslaneEvent, VerificationEventData } from '../../src/events/event.js';
import type { Api } from './api.js';

export type VerificationEvent = PasslaneEvent & { readonly data: VerificationEventData };

export interface EventsPage {
  readonly data: VerificationEvent[];
  readonly next_cursor: string | null;
}

/** One page; `query` without its question mark. */
export async function eventsPage(api: Api, query = ''): Promise<EventsPage> {
  const answer = await api.get(`/v1/events?${query}`);
  if (answer.status !== 200) throw new Error(`the events were answered ${answer.status}: ${answer.text}`);
  return answer.body as unknown as EventsPage;
}

/** Everything that is kept, page by page. */
export async function allEvents(api: Api): Promise<VerificationEvent[]> {
  const events: VerificationEvent[] = [];
  for (let cursor = ''; ;) {
    const { data, next_cursor } = await eventsPage(api, `limit=500${cursor}`);
    events.push(...data);
    if (data.length === 0) return events;
    cursor = `&after=${next_cursor ?? ''}`;
  }
}

export const eventsOf = async (api: Api, id: string): Promise<VerificationEvent[]> =>
  (await allEvents(api)).filter(({ data }) => data.verification_id === id);
