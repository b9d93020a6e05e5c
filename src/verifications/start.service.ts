import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../applications/key-book.js';
import { codeMac } from '../codes/code-mac.js';
import { keySet, type Keyring } from '../codes/keyring.js';
import { CONFIG, type Config } from '../config/config.js';
import { accountsFor, seedOf } from '../config/routing.js';
import { DeliveryQueue } from '../delivery/delivery.queue.js';
import { callGap, firstStep } from '../delivery/failover/policy.js';
import { leaseFor } from '../delivery/lease.js';
import { Guard } from '../guard/guard.js';
import { BudgetCheck } from '../money/budget-check.js';
import { ProfileBook } from '../profiles/profile-book.js';
import { recipientRef, whereFound } from '../recipients/lookup.js';
import { mask, parseRecipient } from '../recipients/recipient.js';
import { unavailable, validationFailed } from '../shared/problem.js';
import { KEYRING } from '../shared/tokens.js';
import { ROOT, Traces } from '../telemetry/traces.js';
import { codeOf, openFacts, referencesOf, sealFacts, sendersOf, type CodeFacts, type Facts } from '../store/facts.js';
import type { VerificationState } from '../store/record.js';
import {
  VerificationStore,
  type NextAttempt,
  type Once,
  type StoredVerification,
} from '../store/verification.store.js';
import { WebhookStore } from '../store/webhook.store.js';
import { TemplateBook } from '../templates/template-book.js';
import { planOfChannels, planOfProfile, refuseBothOrNeither } from './plan.js';
import { withTexts } from './plan-texts.js';
import { present, presentFor, presentLimits, type VerificationView } from './present.js';
import { rateLimited } from './rate-limited.js';
import type { StartBody } from './schemas/start.schema.js';
import { admitted, localeOf, sendOf, startRequest, type StartRequest } from './start-request.js';
import { VerificationService } from './verification.service.js';

/** What a repeated send takes from a request. */
type Repetition = Pick<StartRequest, 'caller' | 'facts' | 'recipient' | 'referenceHash' | 'webhook' | 'once'> & {
  /** Of the plan that is repeated; a start brings its own. */
  readonly round?: number;
};

/** A start may meet a verification that ends or changes under its hands; more often than this is no accident. */
const TRIES = 20;

@Injectable()
export class StartService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(KEYRING) private readonly keyring: Keyring,
    private readonly profiles: ProfileBook,
    private readonly templates: TemplateBook,
    private readonly store: VerificationStore,
    private readonly webhooks: WebhookStore,
    private readonly queue: DeliveryQueue,
    private readonly verifications: VerificationService,
    private readonly traces: Traces,
    private readonly guard: Guard,
    private readonly budgets: BudgetCheck,
  ) {}

  /** Starts a verification, or sends the live one's code again. @throws Problem 403, 422, 429, 503 */
  start(caller: Caller, body: StartBody, once?: Once): Promise<{ created: boolean; view: VerificationView }> {
    return this.traces.around(
      () => this.startGuarded(caller, body, once),
      ({ created, view }) => ({ name: created ? ROOT : 'verification.continue', id: view.id }),
    );
  }

  private async startGuarded(caller: Caller, body: StartBody, once?: Once) {
    const prepared = { ...(await this.prepare(caller, body)), once };
    return this.guard.sending(sendOf(prepared), async (admission) => {
      const { created, view } = await this.startOrContinue(admitted(prepared, admission));
      return { created, view: { ...view, limits: presentLimits(admission.left, Date.now()) } };
    });
  }

  private async startOrContinue(request: StartRequest): Promise<{ created: boolean; view: VerificationView }> {
    const { caller, facts, recipient, once } = request;
    await this.budgets.admit(caller.application, facts, () => this.store.hasAnswered(recipient, once));
    for (let tries = 0; tries < TRIES; tries++) {
      const begun = await this.create(request);
      if ('view' in begun) return { created: true, view: begun.view };
      if ('continued' in begun) return { created: false, view: await this.verifications.get(caller, begun.continued) };
      const stored = await this.store.read(begun.pending);
      const view = stored && (await this.continue(request, stored, firstStep(facts.steps, stored.state.attempts)));
      if (view) return { created: false, view };
    }
    throw unavailable();
  }

  /**
   * Sends a live verification's code again, by the request's plan from the given step.
   * @returns undefined when it has ended or changed since it was read
   */
  async continue(request: Repetition, stored: StoredVerification, step: number): Promise<VerificationView | undefined> {
    const before = openFacts(this.keyring, stored.sealed);
    const { state } = stored;
    if (!before || state.status !== 'pending') return undefined;
    const code = nextCode(request.facts, before);
    const facts: Facts = {
      ...request.facts,
      code: code ?? before.code,
      reference: request.facts.reference ?? before.reference,
      metadata: request.facts.metadata ?? before.metadata,
      senders: sendersOf(before, state),
      references: referencesOf(before, state),
    };
    // The verification ends with its newest code, which must not take older ones with it.
    const olderStayRight = facts.resend === 'any_live';
    const next = this.attemptAt(facts, state.id, step);
    const delayMs = callGap(state.attempts, stored.now);
    const outcome = await this.store.continue({
      id: state.id,
      generation: state.generation,
      round: request.round,
      recipient: request.recipient,
      referenceHash: request.referenceHash,
      webhook: request.webhook,
      sealed: sealFacts(this.keyring, facts),
      code: code && {
        mac: this.codeAndMac(state.keyId, state.id, state.generation + 1, facts).mac,
        ttlMs: olderStayRight ? Math.max(code.ttl * 1_000, state.expiresAt - stored.now) : code.ttl * 1_000,
        olderStayRight,
      },
      limits: request.caller.limits,
      retention: request.caller.retention,
      next,
      delayMs,
      once: request.once,
    });
    if (outcome.kind === 'limited') throw rateLimited(outcome);
    if (outcome.kind === 'changed') return undefined;
    const { revision, expiresAt, allowance } = outcome;
    if (delayMs === 0) this.queue.add({ id: state.id, revision, at: stored.now, account: next.account });
    const after: VerificationState = {
      ...state,
      round: state.round + 1,
      expiresAt,
      sends: state.sends + 1,
      delivery: 'queued',
      next: { ...next, at: stored.now + delayMs },
    };
    return present(after, facts, presentFor(request.caller, allowance));
  }

  private async prepare(caller: Caller, body: StartBody): Promise<StartRequest> {
    refuseBothOrNeither(body);
    await this.refuseUnknownWebhook(caller, body);
    const recipient = parseRecipient(body.to, body.country ?? caller.country);
    const plan = body.channels
      ? planOfChannels(this.config, body.channels, caller, recipient)
      : planOfProfile(
          this.config,
          await this.profiles.find(caller.application, body.profile ?? ''),
          caller.mode,
          recipient,
        );
    const find = (name: string) => this.templates.find(caller.application, name);
    const texts = await withTexts(plan, localeOf(body, plan), find);
    const now = Date.now();
    const request = await whereFound(
      this.keyring,
      (lookup) => startRequest(caller, body, recipient, texts, lookup, now),
      (one) => this.store.hasLive(one.recipient, one.slot),
    );
    // Lists go by the secret of now, wherever the live verification is.
    return { ...request, ref: recipientRef(this.keyring.lookup, caller.application, recipient.address) };
  }

  private async refuseUnknownWebhook({ application }: Caller, { webhook_id }: StartBody): Promise<void> {
    if (webhook_id === undefined || (await this.webhooks.exists(application, webhook_id))) return;
    throw validationFailed([{ field: 'webhook_id', message: 'is not a webhook of this application' }]);
  }

  private async create(
    request: StartRequest,
  ): Promise<{ view: VerificationView } | { pending: string } | { continued: string }> {
    const { caller, facts, recipient, slot, maxChecks, id: newId } = request;
    const keyId = this.keyring.current.id;
    const first = this.attemptAt(facts, newId, 0);
    const ttlMs = facts.code.ttl * 1_000;
    const { code, mac } = this.codeAndMac(keyId, newId, 1, facts);
    const outcome = await this.store.start({
      id: newId,
      application: caller.application,
      mode: caller.mode,
      keyId,
      recipient,
      slot,
      referenceHash: request.referenceHash,
      masked: mask(facts.to),
      profile: facts.profile,
      webhook: request.webhook,
      guard: request.guard,
      sealed: sealFacts(this.keyring, facts),
      mac,
      ttlMs,
      maxChecks,
      limits: caller.limits,
      retention: caller.retention,
      next: first,
      once: request.once,
    });
    if (outcome.kind === 'limited') throw rateLimited(outcome);
    if (outcome.kind === 'pending') return { pending: outcome.id };
    if (outcome.kind === 'continued') return { continued: outcome.id };
    const { id, now, allowance } = outcome;
    const next = id === newId ? first : this.attemptAt(facts, id, 0);
    const state: VerificationState = {
      id,
      application: caller.application,
      mode: caller.mode,
      keyId,
      recipient,
      masked: mask(facts.to),
      status: 'pending',
      delivery: 'queued',
      createdAt: now,
      expiresAt: now + ttlMs,
      checks: { made: 0, max: maxChecks },
      sends: 1,
      generation: 1,
      round: 1,
      confirmed: false,
      revision: '1',
      next: { ...next, at: now },
      attempts: [],
    };
    const due = { id, revision: state.revision, at: now, account: next.account };
    if (id === newId) this.queue.begin(due, { facts, code });
    else this.queue.add(due);
    return { view: present(state, facts, presentFor(caller, allowance)) };
  }

  private codeAndMac(keyId: string, id: string, generation: number, facts: Facts): { code: string; mac: string } {
    const keys = keySet(this.keyring, keyId);
    const code = codeOf(this.keyring, keyId, id, generation, facts.code);
    if (!keys || code === undefined) throw unavailable();
    return { code, mac: codeMac(keys.check, id, code, facts.transaction) };
  }

  private attemptAt({ steps, country, mode }: Facts, id: string, index: number): NextAttempt {
    const step = steps[index];
    const account = step && accountsFor(this.config, step.channel, country, mode, seedOf(id))[0];
    if (!step || account === undefined) throw new Error('a plan without an account got past its checks');
    return { step: index, channel: step.channel, account, leaseMs: leaseFor(this.config, account) };
  }
}

/** The code that a repeated send brings; undefined to keep the one that is there. */
function nextCode({ code, resend }: Facts, before: Facts): CodeFacts | undefined {
  if (code.own !== undefined) {
    const { issuedAt, ttl, length, own } = code;
    return { ...before.code, issuedAt, ttl, length, own };
  }
  if (resend === 'reuse') return undefined;
  // What was said of a caller's own code is not said of ours.
  const { ttl, length } = before.code.own === undefined ? before.code : code;
  return { ...before.code, issuedAt: code.issuedAt, ttl, length, own: undefined };
}
