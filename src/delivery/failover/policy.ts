import { bounds } from '../../config/bounds.js';
import type { Step } from '../../config/config.js';
import type { Channel } from '../../providers/contract.js';
import type { FailureKind } from '../../providers/errors.js';
import type { Attempt, Delivery, VerificationState } from '../../store/record.js';

/** What a policy decision looks at: the plan, what has been tried, and Redis's time. Nothing else. */
export interface Situation {
  readonly steps: readonly Step[];
  /** Accounts of a step's route, in the order in which they are tried. */
  readonly route: (step: Step) => readonly string[];
  readonly attempts: readonly Attempt[];
  /** Messages that callers have asked for so far, by starts and by `next`. */
  readonly sends: number;
  /** The current start or continuation; what belongs to an earlier one changes nothing but the record. */
  readonly round: number;
  /** Delivery was confirmed in this round: nothing more starts by itself. */
  readonly confirmed: boolean;
  readonly delivery: Delivery;
  /** The attempt that is scheduled, if any; `wanted`: by the caller, whatever becomes of other messages. */
  readonly next?: Pick<NonNullable<VerificationState['next']>, 'step' | 'account' | 'wanted'>;
  /** Unix milliseconds. */
  readonly now: number;
}

type ReceiptStatus = 'sent' | 'delivered' | 'read' | 'failed';

export type Event =
  | { readonly kind: 'accepted'; readonly attempt: number }
  /** `lost`: not the vendor failed but two workers of ours have died over it. */
  | { readonly kind: 'refused'; readonly attempt: number; readonly failure: FailureKind; readonly lost?: boolean }
  | { readonly kind: 'receipt'; readonly attempt: number; readonly status: ReceiptStatus }
  /** The caller asks for the next step now. */
  | { readonly kind: 'asked' };

interface NextSend {
  readonly step: number;
  readonly account: string;
  /** From the moment at which the decision is applied. */
  readonly delayMs: number;
}

export interface Decision {
  readonly delivery: Delivery;
  readonly confirmed: boolean;
  /** What is scheduled after this; `keep` leaves what is. */
  readonly next: NextSend | 'keep' | 'none';
}

/**
 * Attempts that nobody asked for, over all rounds of one verification: however often a caller starts it again while
 * vendors fail, no more than this multiplies it. As many as may be asked for, so that a resend over a hung account
 * always has one for its sibling (docs/decisions/0008).
 */
const MOST_RETRIES = bounds.sends;

const CALL_GAP_MS = bounds.afterVoice * 1_000;

/**
 * What follows an event (design §6). By the kind of failure alone, never by a vendor's words:
 * - accepted → the next step after this one's wait, unless that was confirmation enough;
 * - `bad_recipient` → the next step at once, and no other one of its channel by itself; other failures → the next account at once, then the next step;
 * - `maybe_sent` → the next account at once, but the next *step* only after the wait: the message may still arrive;
 * - an attempt that two workers of ours have died over → the same, but if no account is left one more over its own;
 * - what the caller has asked for is tried over each account even if a message before is confirmed;
 * - a receipt that confirms ends the plan; one that says failed brings the next step forward, if it is about the newest
 *   attempt; all others change only the record; none takes back what the caller has asked for;
 * - what a vendor answers after a receipt has told more, or after the caller has asked for the next, takes neither back;
 * - nothing ever starts within a minute of a call, and nothing by itself once the retries are used up.
 */
export function decide(situation: Situation, event: Event): Decision {
  const keep: Decision = { delivery: situation.delivery, confirmed: situation.confirmed, next: 'keep' };
  if (event.kind === 'asked') return afterAsking(situation, keep);
  const attempt = situation.attempts.find(({ n }) => n === event.attempt);
  const step = attempt && situation.steps[attempt.step];
  if (!step || attempt.round !== situation.round) return keep;
  switch (event.kind) {
    case 'accepted':
      return afterAcceptance(situation, attempt, step);
    case 'refused':
      return afterRefusal(situation, attempt, step, event.failure, event.lost === true);
    case 'receipt':
      return afterReceipt(situation, attempt, step, event.status, keep);
  }
}

function afterAcceptance(situation: Situation, attempt: Attempt, step: Step): Decision {
  const { confirmed, next: scheduled } = situation;
  // A receipt that was faster than the vendor's own answer stands.
  const hasFailed = attempt.status === 'failed';
  const delivery = confirmed || hasFailed ? situation.delivery : forward(situation, 'sent');
  if (confirmed || step.confirm_on === 'sent') {
    return { delivery, confirmed: true, next: scheduled ? 'keep' : 'none' };
  }
  const wait = { seconds: hasFailed ? 0 : step.wait, gapMs: gapAfter(situation, attempt, true) };
  const next = scheduled ? 'keep' : (nextByItself(situation, attempt.step, wait) ?? 'none');
  return { delivery, confirmed, next };
}

function afterRefusal(
  situation: Situation,
  attempt: Attempt,
  step: Step,
  failure: FailureKind,
  lost: boolean,
): Decision {
  const { attempts, round, confirmed, next: scheduled } = situation;
  const earlier = attempts.filter((other) => other.round === round && other.n < attempt.n);
  const gapMs = gapAfter(situation, attempt, failure === 'maybe_sent');
  // A receipt that was faster has told what became of it.
  const maybe = failure === 'maybe_sent' && attempt.status !== 'failed';
  const reached = maybe || earlier.some(({ status }) => status !== 'failed');

  const sibling = siblingOf(situation, attempt, step, failure, lost);
  const retry = sibling === undefined ? undefined : { step: attempt.step, account: sibling, delayMs: gapMs };
  if (confirmed) {
    const isOpen = attempt.wanted !== undefined && !hasArrived(situation, attempt);
    return { delivery: situation.delivery, confirmed, next: scheduled ? 'keep' : (isOpen && retry) || 'none' };
  }
  const mayArrive = maybe || earlier.some((other) => other.step === attempt.step && other.status === 'maybe_sent');
  const wait = { seconds: mayArrive ? step.wait : 0, gapMs };
  const beside = failure === 'bad_recipient' ? attempt.channel : undefined;
  const next = scheduled ? 'keep' : (retry ?? nextByItself(situation, attempt.step, wait, beside));
  const delivery = reached ? 'sent' : next ? 'queued' : 'undelivered';
  return { delivery: forward(situation, delivery), confirmed, next: next ?? 'none' };
}

/** The account over which the same message is tried next, if any is left. */
function siblingOf(
  situation: Situation,
  attempt: Attempt,
  step: Step,
  failure: FailureKind,
  lost: boolean,
): string | undefined {
  if (failure === 'bad_recipient' || !mayRetry(situation)) return undefined;
  const [sibling] = untried(situation, attempt, step);
  if (sibling !== undefined || !lost) return sibling;
  // What our own workers have lost deserves one more attempt over the same account, if there is no other.
  return triedBefore(situation, attempt).has(attempt.account) ? undefined : attempt.account;
}

/** Accounts of this attempt's step, but for its own and those that have been tried since the message was asked for. */
export function untried(situation: Situation, attempt: Attempt, step: Step): string[] {
  const tried = triedBefore(situation, attempt);
  return situation.route(step).filter((name) => name !== attempt.account && !tried.has(name));
}

const triedBefore = (situation: Situation, attempt: Attempt): Set<string> =>
  new Set(sameBefore(situation, attempt).map(({ account }) => account));

/** Whether this message is known to be on the phone already, by its own account or one before. */
const hasArrived = (situation: Situation, attempt: Attempt): boolean =>
  [...sameBefore(situation, attempt), attempt].some(({ status }) => status === 'delivered' || status === 'read');

/** Earlier tries of the same message: of the same step, since somebody asked for it. */
function sameBefore({ attempts, round }: Situation, { n, step }: Attempt): Attempt[] {
  const upToIt = attempts.filter((other) => other.round === round && other.n <= n);
  const since = lastAsked(upToIt);
  return upToIt.filter((other) => other.step === step && other.n >= since && other.n < n);
}

const lastAsked = (attempts: readonly Attempt[]): number =>
  attempts.findLast(({ wanted }) => wanted === 'asked')?.n ?? 0;

/** Whether what is scheduled is this very message, over another account. */
const isRetryOf = ({ attempts }: Situation, next: NonNullable<Situation['next']>, { step, n }: Attempt): boolean =>
  next.wanted === 'retry' && step === next.step && n >= lastAsked(attempts);

function afterReceipt(
  situation: Situation,
  attempt: Attempt,
  step: Step,
  status: ReceiptStatus,
  keep: Decision,
): Decision {
  const { attempts, round, confirmed, next, delivery } = situation;
  if (status === 'sent' || attempt.status === 'read') return keep;
  if (status !== 'failed') {
    const enough = confirmed || step.confirm_on !== 'read' || status === 'read';
    const over = enough && (next?.wanted === undefined || isRetryOf(situation, next, attempt));
    return { delivery: 'delivered', confirmed: enough, next: over ? 'none' : 'keep' };
  }
  if (confirmed || attempt.status === 'delivered' || next?.wanted !== undefined) return keep;
  const others = attempts.filter((other) => other.round === round && other.n !== attempt.n);
  const newest = others.findLast(({ n }) => n > attempt.n) ?? attempt;
  if (next) return newest === attempt ? { delivery, confirmed, next: soon(situation, next) } : keep;
  // With the vendor's own answer, which is on its way, the next step starts.
  const isOpen = newest.status === 'sending' || newest !== attempt;
  const goesOn = isOpen && situation.steps[newest.step]?.confirm_on !== 'sent';
  if (goesOn && nextByItself(situation, newest.step, { seconds: 0, gapMs: 0 })) return keep;
  const allFailed = others.every((other) => other.status === 'failed');
  if (newest !== attempt) return allFailed ? { ...keep, delivery: 'undelivered' } : keep;
  return { delivery: allFailed ? 'undelivered' : delivery, confirmed, next: 'none' };
}

/** The next step now; after the last one that step again. */
function afterAsking(situation: Situation, keep: Decision): Decision {
  const { steps, attempts, sends, round, next, now } = situation;
  if (sends >= bounds.sends) return keep;
  if (next) return { ...keep, next: soon(situation, next) };
  const newest = attempts.filter((attempt) => attempt.round === round).at(-1);
  const wait = { seconds: 0, gapMs: callGap(attempts, now) };
  const wanted = nextStep(situation, newest?.step ?? -1, wait) ?? nextStep(situation, steps.length - 2, wait);
  return wanted ? { ...keep, next: wanted } : keep;
}

/** What is scheduled, as early as a call allows. */
const soon = ({ attempts, now }: Situation, { step, account }: NonNullable<Situation['next']>): NextSend => ({
  step,
  account,
  delayMs: callGap(attempts, now),
});

interface Wait {
  readonly seconds: number;
  readonly gapMs: number;
}

/** @param beside a channel of which it is known only now that it cannot reach the address */
function nextByItself(situation: Situation, after: number, wait: Wait, beside?: Channel): NextSend | undefined {
  if (!mayRetry(situation)) return undefined;
  return nextStep(situation, after, wait, ({ channel }) => channel !== beside && mayReach(situation.attempts, channel));
}

/** Whether none of its messages was refused because the channel can never reach this address. */
const mayReach = (attempts: readonly Attempt[], channel: Channel): boolean =>
  !attempts.some((one) => one.channel === channel && one.status === 'failed' && one.error?.kind === 'bad_recipient');

/** With which step of a plan a caller's start goes on: the first one that may reach the address, if there is one. */
export const firstStep = (steps: readonly Step[], attempts: readonly Attempt[]): number =>
  Math.max(
    0,
    steps.findIndex(({ channel }) => mayReach(attempts, channel)),
  );

/** Each round's first attempt was asked for by a start, some by `next`; the others count as retries. */
function mayRetry({ attempts }: Situation): boolean {
  const retries = attempts.filter(({ round, wanted }, i) => wanted !== 'asked' && attempts[i - 1]?.round === round);
  return retries.length < MOST_RETRIES;
}

/** Steps without an account (any more) are passed over. */
function nextStep(
  situation: Situation,
  after: number,
  wait: Wait,
  suits: (step: Step) => boolean = () => true,
): NextSend | undefined {
  for (let step = after + 1; step < situation.steps.length; step++) {
    const candidate = situation.steps[step];
    const account = candidate && suits(candidate) ? situation.route(candidate)[0] : undefined;
    if (account !== undefined) return { step, account, delayMs: Math.max(wait.seconds * 1_000, wait.gapMs) };
  }
  return undefined;
}

/** A message of this round that was delivered stays so, whatever becomes of further ones. */
const forward = (situation: Situation, delivery: Delivery): Delivery =>
  situation.delivery === 'delivered' ? 'delivered' : delivery;

/** What is left of the minute after a call, when this attempt has ended: it may itself have been one just now. */
function gapAfter({ attempts, now }: Situation, attempt: Attempt, mayRing: boolean): number {
  if (mayRing && attempt.channel === 'voice') return CALL_GAP_MS;
  return callGap(
    attempts.filter(({ n }) => n !== attempt.n),
    now,
  );
}

/**
 * Milliseconds until a minute has passed since the last call; 0 when none is that near. A call whose vendor has not
 * answered yet counts as placed now.
 */
export function callGap(attempts: readonly Attempt[], now: number): number {
  const calls = attempts.filter(
    ({ channel, sentAt, status }) => channel === 'voice' && (sentAt !== undefined || status !== 'failed'),
  );
  return Math.max(0, ...calls.map(({ sentAt = now }) => sentAt + CALL_GAP_MS - now));
}
