import type { Agent } from 'undici';
import type { Accepted, AccountContext, OutgoingMessage, Provider } from '../contract.js';
import { ProviderError } from '../errors.js';
import { formBody, formText, jsonBody, parseAnswer } from '../http-body.js';
import { exchange, kindOfStatus, makeAgent } from '../http-client.js';
import { fill, fillShape } from '../template.js';
import { scrub, textAt } from '../vendor-words.js';
import { matches } from './answer.js';
import { literalsOf } from './literals.js';
import { parseHttpReceipt } from './receipt.js';
import type { HttpSettings } from './settings.js';

export class HttpProvider implements Provider {
  private readonly agent: Agent;
  private readonly literals: readonly RegExp[];

  /** Only with settings for receipts: without them nothing tells what a gateway's words mean. */
  readonly parseReceipt?: Provider['parseReceipt'];

  constructor(
    private readonly settings: HttpSettings,
    { account, keyring, concurrency }: Pick<AccountContext, 'account' | 'keyring' | 'concurrency'>,
  ) {
    const { receipt } = settings;
    this.agent = makeAgent(concurrency);
    this.literals = literalsOf(settings);
    if (receipt) this.parseReceipt = (request) => parseHttpReceipt(request, receipt, account, keyring);
  }

  async send(message: OutgoingMessage, deadline: number): Promise<Accepted> {
    const { url, body, headers } = this.compose(message);
    const request = { method: this.settings.method, headers, body };
    const answer = await exchange(this.agent, url, request, deadline, message.stillWanted);
    if (answer.status < 200 || answer.status > 299) throw kindOfStatus(answer.status);
    return this.readAnswer(answer.text, message);
  }

  close(): Promise<void> {
    return this.agent.close();
  }

  private compose(message: OutgoingMessage): { url: string; headers: Record<string, string>; body?: string } {
    const { settings } = this;
    const url = fill(settings.url, message, encodeURIComponent);
    const headers = lowerCaseKeys(fillShape(settings.headers, message, headerValue) as Record<string, string>);
    if (!settings.body) return { url, headers };
    const body = fillShape(settings.body, message) as Record<string, unknown>;
    if (settings.format === 'query') return { url: withQuery(url, body), headers };
    const carried = settings.format === 'form' ? formBody(body) : jsonBody(body);
    return { url, headers: { ...carried.headers, ...headers }, body: carried.body };
  }

  private withoutLiterals(word: string): string {
    return this.literals.reduce((rest, literal) => rest.replaceAll(literal, '#'), word);
  }

  /** A gateway's 2xx is only a success when nothing in the body says otherwise. */
  private readAnswer(text: string, message: OutgoingMessage): Accepted {
    const { idPath, statusPath, success, failure } = this.settings;
    if (!idPath && !statusPath && !success && !failure) return {};
    const answer = parseAnswer(text);
    const wordAt = (path: string): string | undefined => {
      const word = textAt(answer, path);
      return word && scrub(this.withoutLiterals(word), message);
    };
    if (failure && matches(answer, failure)) throw refused(wordAt(failure.path));
    if (success && !matches(answer, success)) throw refused(wordAt(success.path));
    const messageId = idPath ? textAt(answer, idPath) : undefined;
    if (idPath && !messageId) throw refused('no_message_id');
    if (messageId && messageId.length > LONGEST_ID) throw refused('message_id_too_long');
    return { messageId, status: statusPath ? wordAt(statusPath) : undefined };
  }
}

/** No gateway's ids are that long; what is, is no id. */
const LONGEST_ID = 256;

const refused = (word = 'missing') => new ProviderError('unknown', word);

/**
 * HTTP allows no other letters in a header. What a caller or a recipient brings is a fault of the message; the same in the
 * settings stays one of the account (`exchange`).
 */
function headerValue(value: string): string {
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw new ProviderError('bad_message', 'not_allowed_in_header');
  return value;
}

const lowerCaseKeys = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const withQuery = (url: string, body: Record<string, unknown>): string =>
  `${url}${url.includes('?') ? '&' : '?'}${formText(body)}`;
