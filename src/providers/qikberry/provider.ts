import type { Accepted, AccountContext, Balance, Channel, OutgoingMessage, Provider, Receipt } from '../contract.js';
import { ProviderError } from '../errors.js';
import { textAt } from '../vendor-words.js';
import { acceptedIn } from './answer.js';
import { balanceIn } from './balance.js';
import type { Call } from './call.js';
import { rcsCall, viberCall, whatsappCall } from './chat.js';
import { PlatformClient } from './client.js';
import { answerChallenge, parseReport, receiptOf } from './report.js';
import type { BicsSettings, QikberrySettings } from './settings.js';
import { smsCall } from './sms.js';
import { StatusPull, type SentMessage } from './status-pull.js';
import { voiceCall } from './voice.js';

type Settings = QikberrySettings | BicsSettings;

/** Where the status of a message is asked for. */
const STATUS_CALLS: Readonly<Partial<Record<Channel, string>>> = {
  sms: 'sms/status',
  whatsapp: 'whatsapp/message/status',
  viber: 'viber/message/status',
  rcs: 'rcs/message/status',
  voice: 'outgoing/callstatus',
};

/** The platform behind Qikberry and BICS. */
export class PlatformProvider implements Provider {
  private readonly client: PlatformClient;
  private readonly pull?: StatusPull;
  /** Only with a webhook: without its secrets, anybody could report. */
  readonly parseReceipt?: Provider['parseReceipt'];
  readonly challenge?: Provider['challenge'];

  constructor(
    private readonly settings: Settings,
    { receive, concurrency }: Pick<AccountContext, 'receive' | 'concurrency'>,
  ) {
    this.client = new PlatformClient(settings.baseUrl, settings.token, concurrency);
    const { reports, pullAfter } = settings;
    if (reports) {
      this.parseReceipt = (request) => this.noteReports(parseReport(request, reports));
      this.challenge = (request) => answerChallenge(request, reports);
    }
    if (pullAfter !== undefined) {
      this.pull = new StatusPull(pullAfter * 1_000, (sent, deadline) => this.statusOf(sent, deadline), receive);
    }
  }

  async send(message: OutgoingMessage, deadline: number): Promise<Accepted> {
    const { path, body } = this.callFor(message);
    const { attemptId, channel, stillWanted } = message;
    const accepted = acceptedIn(await this.client.post(path, body, deadline, stillWanted), message);
    this.pull?.watch({ attemptId, channel, messageId: accepted.messageId });
    return accepted;
  }

  async balance(deadline: number): Promise<Balance> {
    return balanceIn(await this.client.get('finance/balance', {}, deadline), this.settings);
  }

  close(): Promise<void> {
    this.pull?.close();
    return this.client.close();
  }

  private callFor(message: OutgoingMessage): Call {
    const { sms, whatsapp, viber, voice, reports } = this.settings;
    const rcs = 'rcs' in this.settings ? this.settings.rcs : undefined;
    if (message.channel === 'sms' && sms) return smsCall(message, sms, reports?.webhookId);
    if (message.channel === 'whatsapp' && whatsapp) return whatsappCall(message, whatsapp);
    if (message.channel === 'viber' && viber) return viberCall(message, viber);
    if (message.channel === 'rcs' && rcs) return rcsCall(message, rcs);
    if (message.channel === 'voice' && voice) return voiceCall(message, voice, reports?.webhookId);
    throw new ProviderError('misconfigured', `no_settings_for_${message.channel}`);
  }

  private noteReports(receipts: Receipt[]): Receipt[] {
    for (const { about } of receipts) this.pull?.forget(about);
    return receipts;
  }

  private async statusOf(sent: SentMessage, deadline: number): Promise<Receipt | undefined> {
    const { channel, attemptId, messageId } = sent;
    const entries = await this.client.get(STATUS_CALLS[channel] ?? '', { id: messageId }, deadline);
    const entry = entries.find((one) => textAt(one, 'id') === messageId);
    const word = textAt(entry, 'status');
    return word === undefined ? undefined : receiptOf({ attemptId }, word, channel === 'sms');
  }
}
