import type { Accepted, AccountContext, OutgoingMessage, Provider } from '../contract.js';
import { ProviderError } from '../errors.js';
import { statusError } from './errors.js';
import { Link } from './link.js';
import { canonicalId } from './message-id.js';
import { composeParts } from './message.js';
import type { Pdu } from './pdu.js';
import { Pool } from './pool.js';
import { readReceipt } from './receipt.js';
import type { SmppSettings } from './settings.js';
import { parseServer } from './socket.js';

const VERSION_3_4 = 0x34;

/** An SMSC by SMPP 3.4, as a transceiver: messages go out and receipts come in over the same binds. */
export class SmppProvider implements Provider {
  readonly pushesReceipts = true;
  private readonly pool: Pool;
  private reference = Math.floor(Math.random() * 256);

  constructor(
    private readonly settings: SmppSettings,
    private readonly context: Pick<AccountContext, 'receive'>,
  ) {
    const { servers, binds, window, enquireLink, systemId, password, systemType, ca } = settings;
    const options = {
      credentials: { system_id: systemId, password, system_type: systemType, interface_version: VERSION_3_4 },
      window,
      enquireLink,
      deliver: (pdu: Pdu) => this.deliver(pdu),
      changed: () => {
        this.pool.serve();
      },
    };
    const links = servers
      .map((url) => parseServer(url, ca))
      .flatMap((server) => Array.from({ length: binds }, () => new Link({ ...options, server })));
    this.pool = new Pool(links);
  }

  open(): void {
    this.pool.open();
  }

  /**
   * All parts leave together. If some were taken and others not, a piece of the message, perhaps with the code, may
   * arrive: that counts as `maybe_sent`.
   */
  async send(message: OutgoingMessage, deadline: number): Promise<Accepted> {
    if (deadline <= Date.now()) throw new ProviderError('unreachable', 'timeout');
    this.reference = (this.reference + 1) % 256;
    const parts = composeParts(message, this.settings, this.reference);
    const answers = await Promise.allSettled(
      parts.map((fields, i) => this.submit(fields, deadline, message, i === parts.length - 1)),
    );
    const refused = answers.filter((answer) => answer.status === 'rejected').map(({ reason }) => reason as unknown);
    const [last] = answers.slice(-1);
    if (refused.length === 0 && last?.status === 'fulfilled') return { messageId: last.value };
    const errors = refused.map((reason) => (reason instanceof ProviderError ? reason : internal));
    const [first = internal] = errors;
    const unsure = errors.find(({ kind }) => kind === 'maybe_sent');
    if (unsure) throw unsure;
    throw errors.length === parts.length ? first : new ProviderError('maybe_sent', `part_${first.code}`);
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  /** @param isLast its id is the message's: also where its answer comes too late */
  private async submit(
    fields: object,
    deadline: number,
    { attemptId, stillWanted }: OutgoingMessage,
    isLast: boolean,
  ): Promise<string | undefined> {
    const late = (answer: Pdu): void => {
      if (isLast) this.takeLate(answer, attemptId);
    };
    const answer = await this.pool.submit(fields, deadline, late, stillWanted);
    if (answer.status !== 0) throw statusError(answer.status);
    return this.idOf(answer);
  }

  /** The attempt stays `maybe_sent`, but its receipts are found from now on. */
  private takeLate(answer: Pdu, attemptId: string): void {
    const messageId = answer.status === 0 ? this.idOf(answer) : undefined;
    if (messageId === undefined) return;
    // Where it cannot be stored that has been logged, and the step's wait does the rest.
    this.context.receive({ about: { attemptId, messageId }, status: 'sent' }).catch(() => undefined);
  }

  private idOf({ fields }: Pdu): string | undefined {
    const id = fields.message_id;
    return typeof id === 'string' && id !== '' ? canonicalId(id, this.settings.messageIds, 'response') : undefined;
  }

  private async deliver(pdu: Pdu): Promise<void> {
    const receipt = readReceipt(pdu, this.settings.messageIds);
    if (receipt) await this.context.receive(receipt);
  }
}

/** A fault of ours, of which nobody knows how far the message got. */
const internal = new ProviderError('maybe_sent', 'internal');
