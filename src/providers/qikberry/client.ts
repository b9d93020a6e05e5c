import type { Agent } from 'undici';
import type { OutgoingMessage } from '../contract.js';
import { ProviderError } from '../errors.js';
import { formText, jsonBody, parseAnswer } from '../http-body.js';
import { exchange, kindOfStatus, makeAgent, type HttpAnswer } from '../http-client.js';
import { scrub, textAt, valueAt } from '../vendor-words.js';

/** One entry of an answer's `data`: a message, or a balance. */
export type Entry = Readonly<Record<string, unknown>>;

/** The platform's HTTP interface (`{endpoint}…`, version 2), with the account's access token. */
export class PlatformClient {
  private readonly agent: Agent;
  private readonly headers: Record<string, string>;

  constructor(
    private readonly baseUrl: string,
    token: string,
    concurrency: number,
  ) {
    this.agent = makeAgent(concurrency);
    this.headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  }

  /** @throws ProviderError */
  async post(
    path: string,
    content: object,
    deadline: number,
    stillWanted: OutgoingMessage['stillWanted'],
  ): Promise<Entry[]> {
    const { headers, body } = jsonBody(content);
    const options = { method: 'POST' as const, headers: { ...this.headers, ...headers }, body };
    return entriesOf(await exchange(this.agent, this.urlOf(path), options, deadline, stillWanted));
  }

  /** @throws ProviderError */
  async get(path: string, query: Readonly<Record<string, string>>, deadline: number): Promise<Entry[]> {
    const url = `${this.urlOf(path)}?${formText(query)}`;
    return entriesOf(await exchange(this.agent, url, { method: 'GET', headers: this.headers }, deadline));
  }

  close(): Promise<void> {
    return this.agent.close();
  }

  private urlOf(path: string): string {
    return `${this.baseUrl.replace(/\/+$/, '')}/${path}`;
  }
}

/**
 * What an answer's envelope holds. Its `status` is `OK` or 200, as text or number; anything else is a refusal, whatever
 * the HTTP status says, and the other way round.
 */
function entriesOf({ status, text }: HttpAnswer): Entry[] {
  if (status < 200 || status > 299) throw refusalOf(status);
  const answer = parseAnswer(text);
  const word = textAt(answer, 'status');
  if (word?.toUpperCase() !== 'OK' && word !== '200') {
    const code = Number(textAt(answer, 'code') ?? word);
    if (code >= 400 && code <= 599) throw refusalOf(code);
    throw new ProviderError('unknown', word === undefined ? 'answer_without_status' : scrub(word));
  }
  const data = valueAt(answer, 'data');
  return (Array.isArray(data) ? data : [data]).filter(isEntry);
}

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** 409 is the platform's word for two changes at once: another moment, another account. */
const refusalOf = (status: number): ProviderError =>
  status === 409 ? new ProviderError('throttled', 'http_409') : kindOfStatus(status);
