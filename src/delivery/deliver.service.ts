import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Keyring } from '../codes/keyring.js';
import { CONFIG, type Config } from '../config/config.js';
import type { Micros } from '../config/money.js';
import { Ledger, type Bill } from '../money/ledger.js';
import { Limiter } from '../overload/limiter.js';
import type { Account } from '../providers/account.js';
import { Accounts } from '../providers/accounts.js';
import { callbackUrl } from '../providers/callback.js';
import type { Accepted, OutgoingMessage } from '../providers/contract.js';
import { ProviderError } from '../providers/errors.js';
import { Metrics } from '../shared/metrics.js';
import { Running } from '../shared/running.js';
import { KEYRING, LOGGER } from '../shared/tokens.js';
import { DeliveryStore, type AttemptResult, type Claim, type DueEntry } from '../store/delivery.store.js';
import { codeOf, openFacts, type Facts } from '../store/facts.js';
import type { Attempt } from '../store/record.js';
import { Traces } from '../telemetry/traces.js';
import { DeliveryQueue, type FirstMessage } from './delivery.queue.js';
import { callGap, decide, untried, type Event, type Situation } from './failover/policy.js';
import { ReceiptService } from './receipts/receipt.service.js';
import { measureAttempt } from './measure-attempt.js';
import { renderText } from './render-text.js';
import { situationOf, toNextAttempt } from './situation.js';
import { localeOfTexts } from './texts.js';

/** A first try and, after a crash, a second one (P3). */
const MOST_TRIES = 2;
/** What callers send again begins another one, with facts and perhaps a code of its own. */
const FIRST_ROUND = 1;
/** Code of an attempt that nobody knows the end of: both workers that had it are gone. */
const WORKER_LOST = 'worker_lost';
/**
 * Redis is asked again through an outage of this length: what a vendor has answered would be sent again if it were lost,
 * and what was claimed without our knowing would lie until its lease runs out.
 */
const PERSIST_FOR_MS = 60_000;
const PERSIST_EVERY_MS = 200;

/** What an attempt sends, and what that costs. */
interface Draft {
  readonly message: OutgoingMessage;
  readonly bill: Bill;
}

/** How it is sent, paid for; or why not. */
type Way = (Draft & { readonly account: Account }) | { readonly refusal: ProviderError };

/** An attempt that is ours. */
interface Task {
  readonly claim: Claim;
  readonly attempt: Attempt;
  readonly facts?: Facts;
  readonly cost?: Micros;
  /** Undefined where the message has left already. */
  readonly way?: Way;
  /** By our own clock. */
  readonly began: number;
}

type Sent = { readonly accepted: Accepted } | { readonly error: ProviderError };

/** Brings one verification forward: claims the attempt that is due, sends it, records what became of it. */
@Injectable()
export class DeliverService {
  /** Links that could not be written at once. */
  private readonly linking = new Running();
  private stopping = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(KEYRING) private readonly keyring: Keyring,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly store: DeliveryStore,
    private readonly accounts: Accounts,
    private readonly receipts: ReceiptService,
    private readonly queue: DeliveryQueue,
    private readonly traces: Traces,
    private readonly ledger: Ledger,
    private readonly metrics: Metrics,
    private readonly limiter: Limiter,
  ) {}

  /** @param first spares unsealing the facts and making the code, as long as they are those of the start */
  async run(id: string, first?: FirstMessage): Promise<void> {
    const worker = randomUUID();
    // Nothing has left yet: whoever asks again gets the same claim, with a new lease, and the same charge.
    const task = await this.persist(
      () => this.take(id, worker, first),
      () => this.stopping,
    );
    if (!task) return;
    const { claim, attempt, facts, cost, way, began } = task;
    const sent = way ? await this.traced(task, way) : { accepted: {} };
    const result = this.resultOf(claim, sent, facts, cost);
    this.log(claim, attempt, result);
    const tookMs = performance.now() - began;
    measureAttempt(this.metrics, { claim, attempt, result, country: facts?.country, tookMs });
    await this.link(claim, attempt, result);
    const due = await this.record(claim, (current) => this.resultOf(current, sent, facts, cost));
    if (due) this.queue.add(due);
  }

  /** Nobody waits for Redis any more to begin what others can do as well. */
  stop(): void {
    this.stopping = true;
  }

  /** What goes on after messages were recorded has come to its end. */
  idle(): Promise<void> {
    return this.linking.idle();
  }

  private async take(id: string, worker: string, first: FirstMessage | undefined): Promise<Task | undefined> {
    const claim = await this.store.claim(id, worker);
    const began = performance.now();
    const attempt = claim?.state.attempts[claim.attempt - 1];
    if (!claim || !attempt) return undefined;
    const known = first && claim.state.round === FIRST_ROUND ? first : this.recall(claim);
    const draft = this.compose(claim, attempt, known);
    // A receipt may have told already what a worker that died could not record: then the message has left.
    const way = attempt.status === 'sending' ? await this.wayOf(claim, attempt, draft) : undefined;
    return { claim, attempt, facts: known.facts, cost: draft?.bill.cost, way, began };
  }

  /** Nothing where the secret that sealed them was retired. */
  private recall({ id, sealed, state: { keyId, generation } }: Claim): Partial<FirstMessage> {
    const facts = openFacts(this.keyring, sealed);
    return { facts, code: facts && codeOf(this.keyring, keyId, id, generation, facts.code) };
  }

  private traced(task: Task, way: Way): Promise<Sent> {
    const { attempt, claim } = task;
    const { id, now } = claim;
    const attributes = {
      'passlane.attempt': attempt.n,
      'passlane.channel': attempt.channel,
      'passlane.account': attempt.account,
    };
    this.traces.record({ name: 'attempt.queue', id, attributes }, attempt.queuedAt, now);
    return this.traces.around(
      () => this.send(task, way),
      (sent) => ({
        name: 'attempt.send',
        id,
        attributes: { ...attributes, 'passlane.failure': 'error' in sent ? sent.error.kind : undefined },
      }),
    );
  }

  private async wayOf(claim: Claim, attempt: Attempt, draft: Draft | undefined): Promise<Way> {
    if (claim.tries > MOST_TRIES) return { refusal: new ProviderError('maybe_sent', WORKER_LOST) };
    const account = this.accounts.find(attempt.account);
    if (!account) return { refusal: new ProviderError('misconfigured', 'account_removed') };
    if (!draft) return { refusal: new ProviderError('misconfigured', 'secret_retired') };
    const refusal = await this.ledger.charge(draft.bill);
    if (!refusal) return { ...draft, account };
    return { refusal: afterCrash(claim) ? maybeSent(refusal) : refusal };
  }

  private async send({ claim, attempt, facts }: Task, way: Way): Promise<Sent> {
    if ('refusal' in way) return { error: way.refusal };
    const { account, message, bill } = way;
    try {
      const last = this.isLast(situationOf(this.config, claim.state, facts, claim.now), attempt);
      return { accepted: await this.limiter.whileWaiting('delivery', () => account.send(message, last)) };
    } catch (error) {
      if (error instanceof ProviderError) {
        if (afterCrash(claim)) return { error: maybeSent(error) };
        if (error.kind !== 'maybe_sent') await this.ledger.refund(bill);
        return { error };
      }
      // A fault of ours. Whether the message had left is not known, so it counts as if it had.
      const fields = { verification_id: claim.id, account: attempt.account, error: (error as Error).name };
      this.logger.error(fields, 'provider failed');
      return { error: new ProviderError('maybe_sent', 'internal') };
    }
  }

  /** No account that is not resting is left for this step. */
  private isLast(situation: Situation, attempt: Attempt): boolean {
    const step = situation.steps[attempt.step];
    const others = step ? untried(situation, attempt, step) : [];
    return !others.some((name) => this.accounts.find(name)?.resting === false);
  }

  /** Undefined when the secret was retired that the facts or the code were made with. */
  private compose(
    { id, state, now }: Claim,
    attempt: Attempt,
    { facts, code }: Partial<FirstMessage>,
  ): Draft | undefined {
    if (!facts || code === undefined) return undefined;
    const ttl = Math.ceil((state.expiresAt - now) / 1_000);
    const { account, channel } = attempt;
    const step = facts.steps[attempt.step];
    const asked = step?.locale ?? facts.locale;
    // Who reads a default text aloud must know what language it is after all.
    const locale = channel === 'voice' && step?.template === undefined ? localeOfTexts(asked) : asked;
    const attemptId = `${id}-${attempt.n}`;
    const message: OutgoingMessage = {
      attemptId,
      verificationId: id,
      application: state.application,
      channel,
      to: facts.to,
      from: step?.from,
      text: renderText({ facts, locale, channel, template: step?.template, code, secondsLeft: ttl }),
      code,
      locale,
      ttl: Math.min(ttl, step?.validity ?? ttl),
      callbackUrl: () => callbackUrl(this.config.publicUrl, this.keyring.callback, account, attemptId),
      // While Redis is away nothing has ended.
      stillWanted: () => this.store.isPending(id).catch(() => true),
    };
    return { message, bill: this.ledger.bill(account, message, facts.country) };
  }

  /** What is recorded of it, and what follows, with the verification as the claim has it. */
  private resultOf(
    { attempt: n, state, now }: Claim,
    sent: Sent,
    facts: Facts | undefined,
    cost: Micros | undefined,
  ): AttemptResult {
    const event: Event =
      'accepted' in sent
        ? { kind: 'accepted', attempt: n }
        : { kind: 'refused', attempt: n, failure: sent.error.kind, lost: sent.error.code === WORKER_LOST };
    const situation = situationOf(this.config, state, facts, now);
    const { delivery, confirmed, next } = decide(situation, event);
    const decision = { delivery, confirmed, next: toNextAttempt(this.config, next, facts) };
    const justCalled = state.attempts.filter((one) => one.n === n).map((one) => ({ ...one, sentAt: now }));
    const gapMs = callGap(justCalled, now);
    if ('accepted' in sent) {
      const { messageId, status: vendorStatus } = sent.accepted;
      return { ...decision, status: 'sent', messageId, vendorStatus, gapMs, cost };
    }
    const { kind, code } = sent.error;
    if (kind === 'maybe_sent') return { ...decision, status: kind, error: { kind, code }, gapMs, cost };
    return { ...decision, status: 'failed', error: { kind, code }, gapMs, cost: cost === undefined ? undefined : 0 };
  }

  /**
   * Before the record: once that says "sent", every receipt should find its message. But the link is on a node of its own,
   * and while that is away it must hold up neither the record nor the account: then it is written beside them.
   */
  private async link({ id, state }: Claim, { n, account }: Attempt, { messageId }: AttemptResult): Promise<void> {
    const provider = this.accounts.find(account)?.provider;
    if (messageId === undefined || !(provider?.parseReceipt || provider?.pushesReceipts)) return;
    const attemptId = `${id}-${n}`;
    const link = () => this.receipts.link(account, messageId, attemptId, state.application);
    const later = () => this.limiter.deliver(() => this.persist(link));
    await link().catch(() => {
      const linked = later().catch((error: unknown) => {
        this.logger.warn({ attempt_id: attemptId, account, error: String(error) }, 'receipts will not find it');
      });
      void this.linking.track(linked);
    });
  }

  /** @param resultOn the verification as it is: once more when something has changed it meanwhile */
  private async record(claim: Claim, resultOn: (claim: Claim) => AttemptResult): Promise<DueEntry | undefined> {
    const answer = await this.persist(() => this.store.record(claim, resultOn(claim)));
    return answer && 'state' in answer ? this.record({ ...claim, ...answer }, resultOn) : answer;
  }

  private async persist<T>(write: () => Promise<T>, mayStop = () => false): Promise<T> {
    const end = performance.now() + PERSIST_FOR_MS;
    for (;;) {
      try {
        return await write();
      } catch (error) {
        if (performance.now() > end || mayStop()) throw error;
        await this.limiter.whileWaiting('delivery', () => sleep(PERSIST_EVERY_MS));
      }
    }
  }

  private log({ id }: Claim, { n, channel, account }: Attempt, { status, error }: AttemptResult): void {
    const fields = { verification_id: id, attempt: n, channel, account, status, kind: error?.kind, code: error?.code };
    if (error) this.logger.warn(fields, 'attempt');
    else this.logger.info(fields, 'attempt');
  }
}

const afterCrash = ({ tries }: Claim): boolean => tries > 1;

/** The second try was refused; but the first one's worker may have died with the message sent. */
const maybeSent = ({ code }: ProviderError): ProviderError => new ProviderError('maybe_sent', code);
