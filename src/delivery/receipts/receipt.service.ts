import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Keyring } from '../../codes/keyring.js';
import { bounds } from '../../config/bounds.js';
import { CONFIG, type Config } from '../../config/config.js';
import { DEFAULT_RETENTION } from '../../config/load-retention.js';
import { Accounts } from '../../providers/accounts.js';
import type { Receipt } from '../../providers/contract.js';
import { Metrics } from '../../shared/metrics.js';
import { KEYRING, LOGGER } from '../../shared/tokens.js';
import { DeliveryStore } from '../../store/delivery.store.js';
import { openFacts } from '../../store/facts.js';
import { isVerificationId } from '../../store/keys.js';
import type { Attempt } from '../../store/record.js';
import { ReceiptStore } from '../../store/receipt.store.js';
import { VerificationStore } from '../../store/verification.store.js';
import { Traces, type Span } from '../../telemetry/traces.js';
import { DeliveryQueue } from '../delivery.queue.js';
import { decide } from '../failover/policy.js';
import { situationOf, toNextAttempt } from '../situation.js';

type Outcome = 'applied' | 'unchanged' | 'parked' | 'unknown';

const ATTEMPT_ID = /^(.{36})-(\d{1,6})$/;
/** A record lives so long beyond its message at most, and as long as its application keeps it. */
const LONGEST_CODE_MS = bounds.ttl.max * 1_000;
/** Another change may come between reading and applying; more often than this is no accident. */
const TRIES = 10;

/** Later states of a message. A receipt only ever moves forward; what it says too late is not news. */
const RANK: Readonly<Record<Attempt['status'], number>> = {
  sending: 0,
  maybe_sent: 1,
  sent: 1,
  failed: 2,
  delivered: 3,
  read: 4,
};

/** Takes providers' receipts: finds the attempt, merges forward only, and does what the policy says. */
@Injectable()
export class ReceiptService implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(KEYRING) private readonly keyring: Keyring,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly accounts: Accounts,
    private readonly verifications: VerificationStore,
    private readonly deliveries: DeliveryStore,
    private readonly receipts: ReceiptStore,
    private readonly queue: DeliveryQueue,
    private readonly metrics: Metrics,
    private readonly traces: Traces,
  ) {}

  onApplicationBootstrap(): void {
    this.accounts.onReceipt(async (account, receipt) => {
      try {
        await this.take(account, receipt);
      } catch (error) {
        this.logger.warn({ account, error: String(error) }, 'receipt not taken');
        throw error;
      }
    });
  }

  async take(account: string, receipt: Receipt): Promise<void> {
    const outcome = await this.outcomeOf(account, receipt);
    this.metrics.receipts.inc({ account, status: receipt.status, outcome });
  }

  /** The provider has answered: its receipts are found from now on, and those that were faster are taken now. */
  async link(account: string, messageId: string, attemptId: string, application: string): Promise<void> {
    const { recordMs } = this.config.applications.get(application)?.retention ?? DEFAULT_RETENTION;
    for (const parked of await this.receipts.link(account, messageId, attemptId, LONGEST_CODE_MS + recordMs)) {
      await this.take(account, { ...(JSON.parse(parked) as Omit<Receipt, 'about'>), about: { attemptId } });
    }
  }

  private async outcomeOf(account: string, receipt: Receipt): Promise<Outcome> {
    const { about, ...said } = receipt;
    if ('attemptId' in about) {
      if (about.messageId !== undefined) await this.linkLate(account, about.messageId, about.attemptId);
      return this.apply(account, about.attemptId, receipt);
    }
    // Kept without the id, which may be as long as a body: whoever finds it has the id.
    const attemptId = await this.receipts.findOrPark(account, about.messageId, JSON.stringify(said));
    return attemptId === undefined ? 'parked' : this.apply(account, attemptId, receipt);
  }

  private async linkLate(account: string, messageId: string, attemptId: string): Promise<void> {
    const { id } = toAttempt(attemptId);
    const stored = isVerificationId(id) ? await this.verifications.read(id) : undefined;
    if (stored) await this.link(account, messageId, attemptId, stored.state.application);
  }

  private async apply(account: string, attemptId: string, receipt: Receipt): Promise<Outcome> {
    const { id, n } = toAttempt(attemptId);
    if (!isVerificationId(id)) return 'unknown';
    const about = (outcome: Outcome): Span | undefined => {
      const attributes = {
        'passlane.account': account,
        'passlane.status': receipt.status,
        'passlane.outcome': outcome,
      };
      return outcome === 'unknown' ? undefined : { name: 'attempt.receipt', id, attributes };
    };
    return this.traces.around(() => this.merge(account, id, n, receipt), about);
  }

  private async merge(account: string, id: string, n: number, receipt: Receipt): Promise<Outcome> {
    for (let tries = 0; tries < TRIES; tries++) {
      const stored = await this.verifications.read(id);
      const attempt = stored?.state.attempts[n - 1];
      if (!stored || attempt?.account !== account) return 'unknown';
      if (receipt.status === 'sent' || RANK[receipt.status] <= RANK[attempt.status]) return 'unchanged';

      const facts = openFacts(this.keyring, stored.sealed);
      const situation = situationOf(this.config, stored.state, facts, stored.now);
      const decision = decide(situation, { kind: 'receipt', attempt: attempt.n, status: receipt.status });
      const { vendorStatus, error } = receipt;
      const due = await this.deliveries.apply({
        id,
        revision: stored.state.revision,
        receipt: { attempt: attempt.n, status: receipt.status, vendorStatus, error },
        ...decision,
        next: toNextAttempt(this.config, decision.next, facts),
      });
      if (due === 'changed') continue;
      if (due && !('kind' in due)) this.queue.add(due);
      if (receipt.status !== 'failed' && attempt.deliveredAt === undefined) this.measure(attempt, stored.now);
      return 'applied';
    }
    throw new Error('the verification kept changing');
  }

  /** A receipt that was faster than its provider's answer has no time to begin with. */
  private measure({ channel, account, sentAt }: Attempt, now: number): void {
    if (sentAt !== undefined) this.metrics.timeToDelivered.observe({ channel, account }, (now - sentAt) / 1_000);
  }
}

function toAttempt(attemptId: string): { id: string; n: number } {
  const [, id = '', n = ''] = ATTEMPT_ID.exec(attemptId) ?? [];
  return { id, n: Number(n) };
}
