import type { Agent } from 'undici';
import type { OutgoingMessage } from '../contract.js';
import { ProviderError } from '../errors.js';
import type { HttpBody } from '../http-body.js';
import { exchange, makeAgent, mustBeWanted } from '../http-client.js';
import { readAnswer, type Fields } from './answer.js';
import { TOKEN_REFUSED } from './errors.js';
import type { GeniqSettings } from './settings.js';
import { Tokens, type Token } from './tokens.js';

/** What one call asks for: a path below the base address, and what it carries. A call without a body is a GET. */
export interface GeniqCall {
  readonly path: string;
  readonly body?: HttpBody;
}

type StillWanted = OutgoingMessage['stillWanted'];

/** GENIQ's API for one account: each call carries the account's token, and is read by GENIQ's own codes. */
export class GeniqClient {
  private readonly agent: Agent;
  private readonly baseUrl: string;
  private readonly credentials: string;
  private readonly tokens = new Tokens((deadline) => this.requestToken(deadline));

  constructor({ baseUrl, key, secret }: Pick<GeniqSettings, 'baseUrl' | 'key' | 'secret'>, concurrency: number) {
    this.agent = makeAgent(concurrency);
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.credentials = Buffer.from(`${key}:${secret}`).toString('base64');
  }

  /**
   * Makes a call; once more with a new token when GENIQ refuses the token, since then it did nothing else.
   * @param stillWanted asked where it had to wait
   * @throws ProviderError for everything but success
   */
  async call(call: GeniqCall, deadline: number, stillWanted?: StillWanted): Promise<Fields> {
    const waits = !this.tokens.ready;
    const token = await this.tokens.get(deadline);
    if (waits && stillWanted) await mustBeWanted(stillWanted);
    try {
      return await this.callWith(token, call, deadline, stillWanted);
    } catch (error) {
      if (!(error instanceof ProviderError && TOKEN_REFUSED.has(error.code))) throw error;
    }
    const other = await this.tokens.instead(token, deadline);
    if (stillWanted) await mustBeWanted(stillWanted);
    return this.callWith(other, call, deadline, stillWanted);
  }

  close(): Promise<void> {
    return this.agent.close();
  }

  private async callWith(
    token: string,
    { path, body: carried }: GeniqCall,
    deadline: number,
    stillWanted?: StillWanted,
  ): Promise<Fields> {
    const headers = { ...carried?.headers, authorization: `Bearer ${token}` };
    const method = carried ? 'POST' : 'GET';
    const options = { method, headers, body: carried?.body } as const;
    return readAnswer(await exchange(this.agent, `${this.baseUrl}/${path}`, options, deadline, stillWanted));
  }

  private async requestToken(deadline: number): Promise<Token> {
    const options = { method: 'POST', headers: { authorization: `Basic ${this.credentials}` } } as const;
    try {
      const fields = readAnswer(await exchange(this.agent, `${this.baseUrl}/token`, options, deadline));
      const { token, expiry } = fields;
      if (typeof token !== 'string' || token === '') throw new ProviderError('unknown', 'no_token');
      return { value: token, expires: Date.parse(String(expiry)) };
    } catch (error) {
      // Perhaps a token was made; but no message has left.
      if (!(error instanceof ProviderError && error.kind === 'maybe_sent')) throw error;
      throw new ProviderError('unreachable', error.code);
    }
  }
}
