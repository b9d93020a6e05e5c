import { randomBytes } from 'node:crypto';
import type { Agent } from 'undici';
import { sameSecret } from '../providers/http-body.js';
import { dialectOf, type Dialect } from './dialect.js';
import { post, send } from './send.js';
import type { WebhookSettings } from './settings.js';

/**
 * Asks a receiver whether it wants our events: it must answer 2xx with the challenge, as text or as JSON
 * `{"challenge": …}`. So nobody can point events at somebody who has not agreed.
 * @returns what was wrong with the answer; undefined when it was right
 */
export async function challenge(
  agent: Agent,
  dialects: readonly Dialect[],
  webhook: string,
  settings: WebhookSettings,
): Promise<string | undefined> {
  const expected = randomBytes(24).toString('base64url');
  const { delivered, status, error, text } = await ask(agent, dialects, webhook, settings, expected);
  if (!delivered) return `it answered ${status ?? error ?? 'nothing'}`;
  return sameSecret(echoIn(text), expected) ? undefined : 'its answer did not hold the challenge';
}

function ask(agent: Agent, dialects: readonly Dialect[], webhook: string, settings: WebhookSettings, expected: string) {
  const { dialect, url } = settings;
  if (dialect) return post(agent, dialectOf(dialects, dialect).ask({ id: webhook, url, own: dialect.own }, expected));
  const id = `msg_${randomBytes(16).toString('hex')}`;
  const body = JSON.stringify({ type: 'webhook.challenge', challenge: expected });
  return send(agent, settings, id, body);
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
