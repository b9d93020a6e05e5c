import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../applications/key-book.js';
import type { Keyring } from '../codes/keyring.js';
import { CONFIG, type Config } from '../config/config.js';
import { DeliveryQueue } from '../delivery/delivery.queue.js';
import { decide } from '../delivery/failover/policy.js';
import { situationOf, toNextAttempt } from '../delivery/situation.js';
import { Guard } from '../guard/guard.js';
import type { Send } from '../guard/send.js';
import { BudgetCheck } from '../money/budget-check.js';
import { recipientRef } from '../recipients/lookup.js';
import { parseRecipient } from '../recipients/recipient.js';
import { notFound, Problem, unavailable } from '../shared/problem.js';
import { KEYRING } from '../shared/tokens.js';
import { DeliveryStore } from '../store/delivery.store.js';
import { openFacts, type Facts } from '../store/facts.js';
import { isVerificationId } from '../store/keys.js';
import { ownerOf, type VerificationState } from '../store/record.js';
import {
  VerificationStore,
  type NextAttempt,
  type Once,
  type StoredVerification,
} from '../store/verification.store.js';
import type { VerificationView } from './present.js';
import { rateLimited } from './rate-limited.js';
import { StartService } from './start.service.js';
import { VerificationService } from './verification.service.js';

const TRIES = 5;

/** The next send, as it was decided. */
interface Sending {
  readonly decision: ReturnType<typeof decide>;
  readonly next: NextAttempt & { readonly delayMs: number };
  readonly once?: Once;
}

/** The next step by hand: "I got nothing, call me instead". */
@Injectable()
export class NextService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(KEYRING) private readonly keyring: Keyring,
    private readonly store: VerificationStore,
    private readonly deliveries: DeliveryStore,
    private readonly queue: DeliveryQueue,
    private readonly starts: StartService,
    private readonly verifications: VerificationService,
    private readonly guard: Guard,
    private readonly budgets: BudgetCheck,
  ) {}

  /** Starts the next step now; after the last one, sends on the last again. @throws Problem 403, 404, 409, 429 */
  async next(caller: Caller, id: string, once?: Once): Promise<VerificationView> {
    let attempts: number | undefined;
    for (let tries = 0; tries < TRIES; tries++) {
      const stored = isVerificationId(id) ? await this.store.read(id, caller.limits, once) : undefined;
      if (!stored || ownerOf(stored.state) !== ownerOf(caller)) throw notFound('verification');
      if (stored.done) return this.verifications.get(caller, id);
      const { status } = stored.state;
      if (status !== 'pending') {
        throw new Problem(409, 'already_final', 'Already ended', `The verification is already ${status}.`);
      }
      // A worker has begun a message since this call read first: the caller wanted one, not two.
      attempts ??= stored.state.attempts.length;
      if (stored.state.attempts.length > attempts) return this.verifications.get(caller, id);
      const facts = openFacts(this.keyring, stored.sealed);
      if (!facts) throw unavailable();
      const view = await this.advance(caller, stored, facts, once);
      if (view) return view;
    }
    throw unavailable();
  }

  /** Undefined when the verification has changed since it was read. */
  private async advance(
    caller: Caller,
    stored: StoredVerification,
    facts: Facts,
    once?: Once,
  ): Promise<VerificationView | undefined> {
    const { state, now } = stored;
    const { id } = state;
    if (state.next && state.next.at <= now && isCertain(state, state.next)) return this.verifications.get(caller, id);
    const decision = decide(situationOf(this.config, state, facts, now), { kind: 'asked' });
    const next = toNextAttempt(this.config, decision.next, facts);
    if (typeof next === 'string') throw notAllowed('No further message is allowed for this verification.');
    if (next.delayMs > 0) throw notAllowed('A call was placed less than a minute ago.', next.delayMs);

    const send: Send = {
      application: caller.application,
      mode: caller.mode,
      recipient: parseRecipient(facts.to),
      ref: recipientRef(this.keyring.lookup, caller.application, facts.to),
      channels: [next.channel],
      clientIp: facts.clientIp,
      keptKeys: facts.limitKeys,
      once,
      id,
    };
    return this.guard.sending(send, () => this.sendNext(caller, stored, facts, { decision, next, once }));
  }

  private async sendNext(
    caller: Caller,
    stored: StoredVerification,
    facts: Facts,
    { decision, next, once }: Sending,
  ): Promise<VerificationView | undefined> {
    await this.budgets.admit(caller.application, { ...facts, steps: facts.steps.slice(next.step) });
    const { state } = stored;
    const { id, revision, recipient } = state;
    const again = state.attempts.some(({ round, step }) => round === state.round && step === next.step);
    if (again && facts.resend !== 'reuse') {
      const issuedAt = Math.floor(Date.now() / 1_000);
      const repeated: Facts = { ...facts, code: { ...facts.code, issuedAt, own: undefined } };
      return this.starts.continue({ caller, facts: repeated, recipient, round: state.round, once }, stored, next.step);
    }
    const outcome = await this.deliveries.apply({
      id,
      revision,
      ...decision,
      next,
      budget: { recipient, limits: caller.limits, once },
    });
    if (outcome === 'changed') return undefined;
    if (outcome && 'kind' in outcome) throw rateLimited(outcome);
    if (outcome) this.queue.add(outcome);
    return this.verifications.get(caller, id);
  }
}

/**
 * Asked twice in one moment: that message is on its way whatever receipts say, and costs the budget one send. What the
 * plan alone wants may still be dropped by a receipt for the attempt before, so a caller must make it theirs.
 */
const isCertain = (
  { attempts, round }: VerificationState,
  { wanted }: NonNullable<VerificationState['next']>,
): boolean => wanted === 'asked' || !attempts.some((attempt) => attempt.round === round);

const notAllowed = (detail: string, retryAfterMs?: number): Problem =>
  new Problem(409, 'next_not_allowed', 'Not allowed now', detail, {
    retryAfter: retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1_000),
  });
