import type { Agent } from 'undici';
import { ProviderError } from '../providers/errors.js';
import { exchange } from '../providers/http-client.js';
import type { Words } from './dialect.js';
import { keysAt, type WebhookSettings } from './settings.js';
import { signedHeaders } from './signing/signing-key.js';

/** A receiver that takes longer should answer first and work then: otherwise it would hold up its own queue. */
const TIMEOUT_MS = 3_000;
/** Of an answer: enough for a reason, too little for anybody's data. */
const MOST_KEPT = 1_024;
const HEADERS = { 'content-type': 'application/json', 'user-agent': 'Passlane-Webhooks/1' };

export interface SendOutcome {
  readonly delivered: boolean;
  readonly status: number | null;
  readonly error: string | null;
  readonly ms: number;
  readonly answer: string | null;
}

/** Posts a signed text to a webhook; never throws. Only 2xx within three seconds is a success; redirects are not followed. */
export async function send(
  agent: Agent,
  settings: WebhookSettings,
  id: string,
  body: string,
  timeoutMs = TIMEOUT_MS,
): Promise<SendOutcome & { readonly text: string }> {
  const now = Date.now();
  const headers = signedHeaders(keysAt(settings, now), id, body, now);
  return post(agent, { url: settings.url, headers, body }, timeoutMs);
}

/** Posts JSON to a webhook; never throws. */
export async function post(
  agent: Agent,
  { url, headers, body }: Words,
  timeoutMs = TIMEOUT_MS,
): Promise<SendOutcome & { readonly text: string }> {
  const now = Date.now();
  const request = { method: 'POST', headers: { ...HEADERS, ...headers }, body } as const;
  try {
    const { status, text } = await exchange(agent, url, request, now + timeoutMs);
    const delivered = status >= 200 && status < 300;
    const answer = delivered || text === '' ? null : begin(text);
    return { delivered, status, error: null, ms: Date.now() - now, answer, text };
  } catch (error) {
    const code = error instanceof ProviderError ? error.code : 'internal';
    return { delivered: false, status: null, error: code, ms: Date.now() - now, answer: null, text: '' };
  }
}

/** At most `MOST_KEPT` bytes; a character that was cut is left out. */
const begin = (text: string): string =>
  Buffer.from(text)
    .subarray(0, MOST_KEPT)
    .toString()
    .replace(/\ufffd$/, '');
