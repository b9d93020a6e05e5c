import type { Accepted, AccountContext, Balance, OutgoingMessage, Provider } from '../contract.js';
import { ProviderError, type FailureKind } from '../errors.js';
import { GeniqClient } from './client.js';
import { TEMPLATE_NOT_FOUND } from './errors.js';
import { callFor } from './messages.js';
import { parseGeniqReceipt } from './receipt.js';
import type { GeniqSettings } from './settings.js';
import { createTemplate } from './template.js';

/** Nothing was decided about the template: it may be asked for again, and 312 says where it exists by then. */
const UNDECIDED: ReadonlySet<FailureKind> = new Set(['unreachable', 'throttled', 'maybe_sent']);

export class GeniqProvider implements Provider {
  private readonly client: GeniqClient;
  private templateAsked = false;

  /** Only with a secret address: anybody could send reports to another one. */
  readonly parseReceipt?: Provider['parseReceipt'];

  constructor(
    private readonly settings: GeniqSettings,
    { concurrency }: Pick<AccountContext, 'concurrency'>,
  ) {
    this.client = new GeniqClient(settings, concurrency);
    const { callbackSecret } = settings;
    if (callbackSecret) this.parseReceipt = (request) => parseGeniqReceipt(request, callbackSecret);
  }

  async send(message: OutgoingMessage, deadline: number): Promise<Accepted> {
    const call = callFor(message, this.settings);
    try {
      const { messageIds } = await this.client.call(call, deadline, message.stillWanted);
      return { messageId: lastOf(messageIds) };
    } catch (error) {
      if (error instanceof ProviderError && error.code === TEMPLATE_NOT_FOUND) await this.askForTemplate(deadline);
      throw error;
    }
  }

  async balance(deadline: number): Promise<Balance> {
    const { balance, currency } = await this.client.call({ path: 'balance' }, deadline);
    const amount = typeof balance === 'string' && balance !== '' ? Number(balance) : balance;
    if (typeof amount !== 'number' || !Number.isFinite(amount)) throw new ProviderError('unknown', 'no_balance');
    return { amount, currency: typeof currency === 'string' ? currency : undefined };
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /**
   * Creates the missing template where the settings say so: once in each process, since a refusal is final; again after
   * an attempt that decided nothing. This message goes elsewhere in any case, for WhatsApp approves a template before it is used.
   * @throws ProviderError with GENIQ's reason for not creating it, which tells more than that it is missing
   */
  private async askForTemplate(deadline: number): Promise<void> {
    const { whatsapp } = this.settings;
    if (!whatsapp?.create || whatsapp.bodyParams || this.templateAsked) return;
    this.templateAsked = true;
    try {
      await this.client.call(createTemplate(whatsapp, whatsapp.create), deadline);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (UNDECIDED.has(error.kind)) this.templateAsked = false;
      throw new ProviderError('bad_message', error.code);
    }
  }
}

/**
 * A long text has an id for each part, and reports for each; the last part's stand for all, as over SMPP: networks hand
 * the parts over one after another to the same phone. An answer without ids is a success like any other, without reports.
 */
function lastOf(messageIds: unknown): string | undefined {
  const id: unknown = Array.isArray(messageIds) ? messageIds.at(-1) : undefined;
  return typeof id === 'string' && /^[\w-]{1,64}$/.test(id) ? id : undefined;
}
