import type { Alphabet } from '../codes/alphabets.js';
import type { Transaction } from '../codes/code-mac.js';
import { makeCode } from '../codes/make-code.js';
import { keySet, type Keyring } from '../codes/keyring.js';
import { open, seal } from '../codes/seal.js';
import type { Mode, Resend, Step } from '../config/config.js';
import type { Decision } from '../guard/policy.js';
import type { KeptKey } from '../guard/send.js';
import type { Attempt, VerificationState } from './record.js';

/** Appended to a text so that the phone offers the code only to the right app or site. */
export type Autofill = { readonly app_hash: string } | { readonly origin: string };

/** How the code is made again, or the caller's own code: that one is sealed apart, and ends with the verification. */
export interface CodeFacts {
  /** Unix seconds. */
  readonly issuedAt: number;
  readonly ttl: number;
  readonly length: number;
  readonly alphabet: Alphabet;
  readonly own?: string;
}

/** What a start fixes about a verification. Kept sealed as one text: it holds the address and what callers attach. */
export interface Facts {
  readonly to: string;
  readonly country?: string;
  readonly mode: Mode;
  readonly profile?: string;
  /** The plan is frozen here: what is edited later changes nothing in flight. */
  readonly steps: readonly Step[];
  readonly code: CodeFacts;
  readonly resend: Resend;
  readonly locale: string;
  readonly reference?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly clientIp?: string;
  /** What the caller wants all sends of it to be counted by. */
  readonly limitKeys?: readonly KeptKey[];
  readonly autofill?: Autofill;
  readonly transaction?: Transaction;
  /** What messages of earlier rounds were sent from, by attempt: their plans are gone. */
  readonly senders?: Readonly<Record<number, string | undefined>>;
  /** References of earlier rounds, by round: their reports still come. */
  readonly references?: Readonly<Record<number, string | undefined>>;
  /** What monitors of the guard would have refused the newest send for. */
  readonly guard?: readonly Decision[];
}

const PURPOSE = 'facts';
const OWN_CODE = 'own code';

/** Facts as Redis keeps them: what is needed as long as people may ask, and what only a live code needs. */
export interface SealedFacts {
  readonly facts: string;
  readonly ownCode?: string;
}

export function sealFacts(ring: Keyring, { code, ...rest }: Facts): SealedFacts {
  const { own, ...made } = code;
  const facts = seal(ring, PURPOSE, JSON.stringify({ ...rest, code: made }));
  return { facts, ownCode: own === undefined ? undefined : seal(ring, OWN_CODE, own) };
}

/** Undefined when their time has passed, or the secret that sealed them was retired. */
export function openFacts(ring: Keyring, { facts, ownCode }: SealedFacts): Facts | undefined {
  const json = open(ring, PURPOSE, facts);
  if (json === undefined) return undefined;
  const opened = JSON.parse(json) as Facts;
  const own = ownCode === undefined ? undefined : open(ring, OWN_CODE, ownCode);
  return own === undefined ? opened : { ...opened, code: { ...opened.code, own } };
}

type Rounds = Pick<VerificationState, 'round' | 'attempts'>;

/** What an attempt was sent from; undefined where nothing was said, or is known any more. */
export const senderOf = (facts: Facts, { round }: Pick<Rounds, 'round'>, attempt: Attempt): string | undefined =>
  attempt.round === round ? facts.steps[attempt.step]?.from : facts.senders?.[attempt.n];

/** All of them, as the next round is to remember them. */
export const sendersOf = (facts: Facts, state: Rounds): Facts['senders'] =>
  Object.fromEntries(state.attempts.map((attempt) => [attempt.n, senderOf(facts, state, attempt)]));

/** What its sender calls an attempt by. */
export const referenceOf = (facts: Facts, { round }: Pick<Rounds, 'round'>, attempt: Attempt): string | undefined =>
  attempt.round === round ? facts.reference : facts.references?.[attempt.round];

/** All of them, as the next round is to remember them. */
export const referencesOf = (facts: Facts, { round }: Pick<Rounds, 'round'>): Facts['references'] => ({
  ...facts.references,
  [round]: facts.reference,
});

/** All that the verification can be found by. */
export const everyReference = ({ reference, references }: Facts): string[] =>
  [reference, ...Object.values(references ?? {})].filter((one) => one !== undefined);

/** The code itself, from the key that the record names; undefined when that secret was retired. */
export function codeOf(ring: Keyring, keyId: string, id: string, generation: number, code: CodeFacts) {
  if (code.own !== undefined) return code.own;
  const keys = keySet(ring, keyId);
  return keys && makeCode(keys.code, { ...code, verificationId: id, generation });
}
