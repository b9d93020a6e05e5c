import type { Caller } from '../applications/key-book.js';
import { canonical } from '../codes/code-mac.js';
import { hmac } from '../codes/keyring.js';
import { bounds } from '../config/bounds.js';
import { renderText } from '../delivery/render-text.js';
import { ofMode, recipientRef, referenceHash, type RecipientRef } from '../recipients/lookup.js';
import type { Recipient } from '../recipients/recipient.js';
import { validationFailed } from '../shared/problem.js';
import type { Admission, LimitKey, Send } from '../guard/send.js';
import { textFault } from '../shared/safe-text.js';
import type { CodeFacts, Facts } from '../store/facts.js';
import { newVerificationId } from '../store/keys.js';
import type { Once } from '../store/verification.store.js';
import type { Plan } from './plan.js';
import type { StartBody } from './schemas/start.schema.js';

/** A start, checked and in the store's terms. */
export interface StartRequest {
  readonly caller: Caller;
  /** Of the verification, if it is a new one. */
  readonly id: string;
  readonly to: Recipient;
  readonly facts: Facts;
  /** As the guard's lists know it, and as verifications of this mode do. */
  readonly ref: RecipientRef;
  readonly recipient: RecipientRef;
  readonly slot: string;
  readonly referenceHash?: string;
  readonly maxChecks: number;
  readonly webhook?: string;
  readonly limitKeys?: readonly LimitKey[];
  /** How its approval counts for the guard. */
  readonly guard?: string;
  readonly once?: Once;
}

/** @param now Unix milliseconds. @throws Problem 422 naming `code` or `transaction.payee` */
export function startRequest(
  caller: Caller,
  body: StartBody,
  recipient: Recipient,
  plan: Plan,
  lookup: Buffer,
  now: number,
): StartRequest {
  const { application, mode } = caller;
  const { defaults, profile } = plan;
  const { reference, metadata, autofill, transaction } = body;
  const steps = plan.steps.map((step) => ({ ...step, template: step.template ?? defaults.template }));
  const fault = transactionFault(transaction, steps, caller.allowUrls);
  if (fault !== undefined) throw validationFailed([{ field: 'transaction.payee', message: fault }]);
  const facts: Facts = {
    to: recipient.address,
    country: recipient.country,
    mode,
    profile,
    steps,
    code: codeFacts(body, defaults, now),
    resend: defaults.resend ?? 'reuse',
    locale: localeOf(body, plan),
    reference,
    metadata,
    clientIp: body.client_ip,
    autofill,
    transaction,
  };
  const ref = recipientRef(lookup, application, recipient.address);
  return {
    caller,
    id: newVerificationId(ref.shard),
    to: recipient,
    facts,
    ref,
    recipient: ofMode(ref, mode),
    slot: slotOf(profile, transaction, lookup),
    referenceHash: reference === undefined ? undefined : referenceHash(lookup, application, reference),
    maxChecks: body.max_checks ?? defaults.max_checks ?? bounds.maxChecks.default,
    webhook: body.webhook_id,
    limitKeys: body.limit_keys,
  };
}

/** What the guard asks about. */
export const sendOf = ({ caller, id, to, facts, ref, limitKeys, webhook, once }: StartRequest): Send => ({
  application: caller.application,
  mode: caller.mode,
  recipient: to,
  ref,
  channels: facts.steps.map(({ channel }) => channel),
  clientIp: facts.clientIp,
  limitKeys,
  once,
  id,
  profile: facts.profile,
  webhook,
});

/** Without what the guard denies, and with what it wants to be remembered. */
export function admitted(request: StartRequest, { denied, monitored, mark, keys }: Admission): StartRequest {
  const { facts } = request;
  const steps = facts.steps.filter(({ channel }) => !denied.includes(channel));
  const guard = monitored.length > 0 ? monitored : undefined;
  return { ...request, guard: mark, facts: { ...facts, steps, guard, limitKeys: keys } };
}

/** Of the messages of steps that name none. */
export const localeOf = (body: Pick<StartBody, 'locale'>, { defaults }: Plan): string =>
  body.locale ?? defaults.locale ?? 'en';

/** Of the payee, or of a text that only together with the payment holds what it must not. */
function transactionFault(
  transaction: Facts['transaction'],
  steps: Facts['steps'],
  allowUrls: boolean,
): string | undefined {
  if (!transaction) return undefined;
  const filled = steps
    .filter(({ template }) => template !== undefined)
    .map(({ channel, template }) =>
      renderText({ facts: { transaction }, locale: 'en', channel, template, code: 'xx', secondsLeft: 60 }),
    );
  return [transaction.payee, ...filled].map((text) => textFault(text, allowUrls)).find((fault) => fault !== undefined);
}

function codeFacts(body: StartBody, defaults: Plan['defaults'], now: number): CodeFacts {
  const { code, code_length } = body;
  if (code !== undefined && code_length !== undefined && code.length !== code_length) {
    throw validationFailed([
      { field: 'code', message: 'must have as many characters as the length that comes with it says' },
    ]);
  }
  return {
    issuedAt: Math.floor(now / 1_000),
    ttl: body.ttl ?? defaults.ttl ?? bounds.ttl.default,
    length: code?.length ?? code_length ?? defaults.code_length ?? bounds.codeLength.default,
    alphabet: body.alphabet ?? defaults.alphabet ?? 'digits',
    own: code,
  };
}

/** One verification is live for each recipient and slot: a profile (or none), and a transaction. */
function slotOf(profile: string | undefined, transaction: Facts['transaction'], lookup: Buffer): string {
  const name = profile ?? '~direct';
  if (!transaction) return name;
  return `${name}~${hmac(lookup, `transaction\n${canonical(transaction)}`).toString('base64url', 0, 12)}`;
}
