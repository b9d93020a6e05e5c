import {
  CHANNELS,
  type AccountContext,
  type Accepted,
  type OutgoingMessage,
  type Provider,
  type ProviderDefinition,
  type Receipt,
} from '../contract.js';
import { ProviderError } from '../errors.js';
import { SandboxInbox } from './inbox.js';
import { MAGIC_NUMBERS } from './magic-numbers.js';

class SandboxSettings {}

/** As fast as good vendors are. */
const RECEIPT_AFTER_MS = 500;

/** Delivers to an inbox that people see in the console and tests read over the API, and makes its own receipts. */
class SandboxProvider implements Provider {
  private readonly inbox: SandboxInbox;
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly context: AccountContext) {
    this.inbox = new SandboxInbox(context.redis, context.keyring);
  }

  async send(message: OutgoingMessage): Promise<Accepted> {
    const { fails, lost, lateBy = 0, receipt = 'delivered' } = MAGIC_NUMBERS[message.to] ?? {};
    if (fails) throw new ProviderError(fails, `sandbox_${fails}`);
    if (!lost) await this.inbox.put(message, new Date(Date.now() + lateBy * 1_000));
    if (receipt !== 'none') this.later(lateBy * 1_000 + RECEIPT_AFTER_MS, message.attemptId, receipt);
    return { messageId: `sandbox-${message.attemptId}`, status: 'accepted' };
  }

  close(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    return Promise.resolve();
  }

  private later(ms: number, attemptId: string, status: Receipt['status']): void {
    const error = status === 'failed' ? ({ kind: 'unknown', code: 'sandbox_undelivered' } as const) : undefined;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      // A receipt that cannot be stored has been logged, and is lost as a vendor's may be.
      this.context.receive({ about: { attemptId }, status, vendorStatus: status, error }).catch(() => undefined);
    }, ms);
    this.timers.add(timer);
  }
}

export const sandbox: ProviderDefinition<SandboxSettings> = {
  use: 'sandbox',
  channels: CHANNELS,
  test: true,
  settings: SandboxSettings,
  create: (_, context) => new SandboxProvider(context),
};
