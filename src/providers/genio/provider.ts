import type { Agent } from 'undici';
import type { Accepted, AccountContext, OutgoingMessage, Provider } from '../contract.js';
import { formBody } from '../http-body.js';
import { exchange, kindOfStatus, makeAgent } from '../http-client.js';
import { writeSms } from '../text/sms.js';
import { readAnswer } from './answer.js';
import { parseIpn } from './receipt.js';
import type { GenioSettings } from './settings.js';

/** The vendor's samples all say this; nothing tells whether its servers ask for it. */
const USER_AGENT = 'GenioSmsBot/1.0 (+http://api.geniosms.net)';

export class GenioProvider implements Provider {
  private readonly agent: Agent;

  readonly parseReceipt?: Provider['parseReceipt'];

  constructor(
    private readonly settings: GenioSettings,
    { concurrency }: Pick<AccountContext, 'concurrency'>,
  ) {
    this.agent = makeAgent(concurrency);
    const { callbackSecret } = settings;
    if (callbackSecret) this.parseReceipt = (request) => parseIpn(request, callbackSecret);
  }

  /** The phones split a long text by themselves; a sender cannot be chosen: it is the phone's number. */
  async send({ attemptId, to, text, stillWanted }: OutgoingMessage, deadline: number): Promise<Accepted> {
    const { baseUrl, key, maxParts, numberPrefix } = this.settings;
    writeSms(text, maxParts);
    // An answer holds no id: what comes back in `custom` is all that a later IPN can be matched by.
    const form = formBody({ api: key, to: to.replace('+', numberPrefix), msg: text, custom: attemptId });
    const headers = { ...form.headers, 'user-agent': USER_AGENT };
    const request = { method: 'POST', headers, body: form.body } as const;
    const answer = await exchange(this.agent, `${baseUrl}/tools/api.pl`, request, deadline, stillWanted);
    if (answer.status < 200 || answer.status > 299) throw kindOfStatus(answer.status);
    return readAnswer(answer.text);
  }

  close(): Promise<void> {
    return this.agent.close();
  }
}
