import type { Agent } from 'undici';
import type { PasslaneEvent } from '../events/event.js';
import { dialectOf, type Dialect } from './dialect.js';
import { post, send, type SendOutcome } from './send.js';
import type { WebhookSettings } from './settings.js';

/** An event on its way to one webhook. */
export interface Telling {
  readonly webhook: string;
  readonly id: string;
  readonly body: string;
  /** A start has named this webhook. */
  readonly named: boolean;
}

/**
 * Sends an event in the words of its webhook: our own, or those of its door.
 * @returns undefined when its dialect has no word for it. @throws when Redis cannot be reached
 */
export async function speak(
  agent: Agent,
  dialects: readonly Dialect[],
  settings: WebhookSettings,
  { webhook, id, body, named }: Telling,
): Promise<SendOutcome | undefined> {
  const { dialect, url } = settings;
  if (!dialect) return send(agent, settings, id, body);
  const event = JSON.parse(body) as PasslaneEvent;
  const words = await dialectOf(dialects, dialect).tell({ id: webhook, url, own: dialect.own }, event, named);
  // Of whole numbers, which a door's words may hold, the log must keep none that a receiver repeats.
  return words && { ...(await post(agent, words)), answer: null };
}
