import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Keyring } from '../codes/keyring.js';
import { mask } from '../recipients/recipient.js';
import { Metrics } from '../shared/metrics.js';
import { Problem } from '../shared/problem.js';
import { KEYRING, LOGGER } from '../shared/tokens.js';
import { GuardStore, markOf } from '../store/guard.store.js';
import { isReserved } from './api/own-rules.js';
import { evaluate, type Candidate } from './evaluate.js';
import { GuardBook } from './guard-book.js';
import { guardRequest, keysOf } from './guard-request.js';
import type { Decision } from './policy.js';
import { blocked, limitUsedUp } from './refusals.js';
import type { Admission, Send } from './send.js';
import { TellingRate } from './telling-rate.js';

/** Decides whether something may be sent: once for each send that somebody asks for, before anything is kept of it. */
@Injectable()
export class Guard {
  private readonly telling = new TellingRate();

  constructor(
    @Inject(KEYRING) private readonly keyring: Keyring,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly book: GuardBook,
    private readonly store: GuardStore,
  ) {}

  /**
   * Asks Redis once, or not at all where no rule needs a memory.
   * @throws Problem 403, 422, 429; what a Redis that is away throws: nothing is sent that is not known to be allowed
   */
  async admit(send: Send): Promise<Admission> {
    const policy = await this.book.policyOf(send.application);
    const now = Date.now();
    const verdict = evaluate(policy, candidateOf(send), now);
    const { refused, monitored: found, denied } = verdict;
    if (refused) throw await this.refuse(send, refused, refused.until && refused.until - now);
    const keys = keysOf(this.keyring.lookup, policy, send);
    const request = guardRequest(this.keyring.lookup, policy, send, verdict, keys);
    if (!request) return this.admitted(send, { monitored: found, left: [], denied, keys });
    const outcome = await this.store.admit(send.application, request);
    if (outcome.kind === 'limited') throw limitUsedUp(outcome.rule, outcome.retryAfterMs);
    if (outcome.kind === 'blocked')
      throw await this.refuse(send, { ...outcome, mode: 'enforce' }, outcome.retryAfterMs);
    return this.admitted(send, {
      monitored: [...found, ...outcome.monitored.map((one) => ({ ...one, mode: 'monitor' as const }))],
      left: outcome.left,
      denied,
      mark: markOf(request, outcome),
      keys,
      counted: { request, admitted: outcome },
    });
  }

  /**
   * Admits, and lets it be sent. What is not sent after all counts for nobody: because a budget of the recipient refuses
   * it, or (undefined) because the verification has changed meanwhile.
   */
  async sending<T>(send: Send, go: (admission: Admission) => Promise<T>): Promise<T> {
    const admission = await this.admit(send);
    try {
      const result = await go(admission);
      if (result === undefined) await this.release(send, admission);
      return result;
    } catch (error) {
      if (error instanceof Problem && error.status === 429) await this.release(send, admission);
      throw error;
    }
  }

  /** Fails without a word: then too much is counted, which is the safe side. */
  private async release({ application }: Send, { counted }: Admission): Promise<void> {
    if (counted) await this.store.release(application, counted.request, counted.admitted).catch(() => undefined);
  }

  /** The first refusals of a minute are told of, one by one; all of them are counted. */
  private async refuse(send: Send, decision: Decision, retryAfterMs?: number): Promise<Problem> {
    const { application, id, recipient, profile, webhook } = send;
    const { rule } = decision;
    this.log(send, decision);
    if (this.telling.allows(application, Date.now())) {
      await this.store.tellBlocked({ id, application, rule, masked: mask(recipient.address), profile, webhook });
    }
    return blocked(rule, retryAfterMs);
  }

  private admitted(send: Send, admission: Admission): Admission {
    for (const decision of admission.monitored) this.log(send, decision);
    return admission;
  }

  private log({ application }: Send, { rule, mode, value, threshold }: Decision): void {
    this.metrics.guard.inc({ rule: this.labelOf(application, rule), mode });
    this.logger.info(
      { application, rule, mode, value, threshold },
      mode === 'enforce' ? 'refused' : 'would be refused',
    );
  }

  /** Names that callers make up are one word: each series of a metric stays for as long as the process. */
  private labelOf(application: string, rule: string): string {
    return isReserved(rule) || this.book.declaresLimit(application, rule) ? rule : 'limit';
  }
}

const candidateOf = ({ recipient, ref, channels, mode, clientIp }: Send): Candidate => ({
  kind: recipient.kind,
  address: recipient.address,
  country: recipient.country,
  // Costs some microseconds: only where it is asked for.
  get type() {
    return recipient.type;
  },
  hash: ref.hash,
  channels,
  mode,
  clientIp,
});
