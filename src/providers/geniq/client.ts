import { ProviderError } from '../errors.js';
import type { HttpBody } from '../http-body.js';
import { exchange, makeAgent } from '../http-client.js';
import { readAnswer, type Fields } from './answer.js';
import { TOKEN_REFUSED } from './errors.js';
import type { GeniqSettings } from './settings.js';
import { Tokens, type Token } from './tokens.js';

/** What one call asks for: a path below the base address, and what it carries. A call without a body is a GET. */
export interface GeniqCall {
  readonly path: string;
  readonly body?: HttpBody;
}

/** GENIQ's API for one account: each call carries the account's token, and is read by GENIQ's own codes. */
export class GeniqClient {
  private readonly agent = makeAgent();
  private readonly baseUrl: string;
  private readonly credentials: string;
  private readonly tokens = new Tokens((deadline) => this.requestToken(deadline));

  constructor({ baseUrl, key, secret }: Pick<GeniqSettings, 'baseUrl' | 'key' | 'secret'>) {
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.credentials = Buffer.from(`${key}:${secret}`).toString('base64');
  }

  /**
   * Makes a call; once more with a new token when GENIQ refuses the token, since then it did nothing else.
   * @throws ProviderError for everything but success
   */
  async call(call: GeniqCall, deadline: number): Promise<Fields> {
    const token = await this.tokens.get(deadline);
    try {
      return await this.callWith(token, call, deadline);
    } catch (error) {
      if (!(error instanceof ProviderError && TOKEN_REFUSED.has(error.code))) throw error;
    }
    return this.callWith(await this.tokens.instead(token, deadline), call, deadline);
  }

  close(): Promise<void> {
    return this.agent.close();
  }

  private async callWith(token: string, { path, body: carried }: GeniqCall, deadline: number): Promise<Fields> {
    const headers = { ...carried?.headers, authorization: `Bearer ${token}` };
    const method = carried ? 'POST' : 'GET';
    const options = { method, headers, body: carried?.body } as const;
    return readAnswer(await exchange(this.agent, `${this.baseUrl}/${path}`, options, deadline));
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
