import { randomBytes } from 'node:crypto';
import type { Agent } from 'undici';
import { sameSecret } from '../providers/http-body.js';
import { send } from './send.js';
import type { WebhookSettings } from './settings.js';

/**
 * Asks a receiver whether it wants our events: it must answer 2xx with the challenge, as text or as JSON
 * `{"challenge": …}`. So nobody can point events at somebody who has not agreed.
 * @returns what was wrong with the answer; undefined when it was right
 */
export async function challenge(agent: Agent, settings: WebhookSettings): Promise<string | undefined> {
  const expected = randomBytes(24).toString('base64url');
  const id = `msg_${randomBytes(16).toString('hex')}`;
  const body = JSON.stringify({ type: 'webhook.challenge', challenge: expected });
  const { delivered, status, error, text } = await send(agent, settings, id, body);
  if (!delivered) return `it answered ${status ?? error ?? 'nothing'}`;
  return sameSecret(echoIn(text), expected) ? undefined : 'its answer did not hold the challenge';
}

function echoIn(text: string): string | undefined {
  try {
    const answer = JSON.parse(text) as { challenge?: unknown } | string | null;
    const echo = typeof answer === 'object' ? answer?.challenge : answer;
    return typeof echo === 'string' ? echo : undefined;
  } catch {
    return text.trim();
  }
}
