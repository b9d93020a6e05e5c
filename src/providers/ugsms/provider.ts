import type { Agent } from 'undici';
import type { Accepted, AccountContext, Balance, OutgoingMessage, Provider } from '../contract.js';
import { ProviderError } from '../errors.js';
import { formBody, jsonBody, type HttpBody } from '../http-body.js';
import { exchange, makeAgent, type HttpAnswer } from '../http-client.js';
import { writeSms } from '../text/sms.js';
import { readFields, readLoosely, type Fields } from './answer.js';
import type { UgsmsSettings } from './settings.js';

/** The vendor takes no longer sender. */
const LONGEST_SENDER_ID = 11;

export class UgsmsProvider implements Provider {
  private readonly agent: Agent;

  /** Only with a key: the form with a password has no such call. */
  readonly balance?: Provider['balance'];

  constructor(
    private readonly settings: UgsmsSettings,
    { concurrency }: Pick<AccountContext, 'concurrency'>,
  ) {
    const { key } = settings;
    this.agent = makeAgent(concurrency);
    if (key !== undefined) this.balance = (deadline) => this.askBalance(key, deadline);
  }

  /** Credentials travel in the body or a header, never in an address: addresses end up in other people's logs. */
  async send(message: OutgoingMessage, deadline: number): Promise<Accepted> {
    const { baseUrl, key, username, password } = this.settings;
    const fields = this.compose(message);
    const { stillWanted } = message;
    if (key === undefined) {
      const form = formBody({ username, password, ...fields });
      const sent = await this.post(`${baseUrl}/v1/sms/send`, form, deadline, stillWanted);
      return { messageId: idIn(readLoosely(sent)) };
    }
    const json = jsonBody(fields);
    const headers = { ...json.headers, 'x-api-key': key };
    const sent = await this.post(`${baseUrl}/api/v2/sms/send`, { ...json, headers }, deadline, stillWanted);
    const answer = readFields(sent);
    if (answer.success !== true) throw new ProviderError('unknown', 'no_success');
    return { messageId: idIn(answer) };
  }

  close(): Promise<void> {
    return this.agent.close();
  }

  private compose({ to, from = this.settings.senderId, text }: OutgoingMessage) {
    writeSms(text, this.settings.maxParts);
    if (from !== undefined && from.length > LONGEST_SENDER_ID) {
      throw new ProviderError('bad_message', 'sender_id_too_long');
    }
    const numbers = this.settings.numbers === 'local' ? to.replace(/^\+256/, '0') : to;
    return { numbers: numbers.replace('+', ''), message_body: text, sender_id: from };
  }

  private post(
    url: string,
    { headers, body }: HttpBody,
    deadline: number,
    stillWanted: OutgoingMessage['stillWanted'],
  ): Promise<HttpAnswer> {
    const request = { method: 'POST', headers: { ...headers, accept: 'application/json' }, body } as const;
    return exchange(this.agent, url, request, deadline, stillWanted);
  }

  private async askBalance(key: string, deadline: number): Promise<Balance> {
    const request = { method: 'GET', headers: { accept: 'application/json', 'x-api-key': key } } as const;
    const url = `${this.settings.baseUrl}/api/v2/account/balance`;
    const { balance, currency } = dataOf(readFields(await exchange(this.agent, url, request, deadline)));
    const amount = typeof balance === 'string' && balance !== '' ? Number(balance) : balance;
    if (typeof amount !== 'number' || !Number.isFinite(amount)) throw new ProviderError('unknown', 'no_balance');
    return { amount, ...(typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) && { currency }) };
  }
}

const dataOf = ({ data }: Fields): Readonly<Record<string, unknown>> =>
  typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};

/** The vendor's newer answers hold an id. No receipt asks for it, but the vendor's support does. */
function idIn(answer: Fields): string | undefined {
  const { message_id: id } = dataOf(answer);
  return typeof id === 'string' && /^[\w-]{1,64}$/.test(id) ? id : undefined;
}
