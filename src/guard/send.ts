import type { Limit, Mode } from '../config/config.js';
import type { Channel } from '../providers/contract.js';
import type { RecipientRef } from '../recipients/lookup.js';
import type { Recipient } from '../recipients/recipient.js';
import type { Admitted, GuardRequest, LimitLeft } from '../store/guard.store.js';
import type { Decision } from './policy.js';

/** Something that the caller wants to be counted by, as it came with the start. */
export interface LimitKey {
  readonly name: string;
  readonly value: string;
  /** Limits that came with it: `2/10s`. */
  readonly limits?: readonly string[];
}

/** The same as it is kept with the verification, for the sends that follow: the value is a keyed hash. */
export interface KeptKey {
  readonly name: string;
  readonly hash: string;
  readonly limits?: readonly Limit[];
}

/** A send that somebody asks for. */
export interface Send {
  readonly application: string;
  readonly mode: Mode;
  readonly recipient: Recipient;
  readonly ref: RecipientRef;
  /** Of the steps that may follow. */
  readonly channels: readonly Channel[];
  readonly clientIp?: string;
  readonly limitKeys?: readonly LimitKey[];
  /** Those of the start that this send follows. */
  readonly keptKeys?: readonly KeptKey[];
  /** Name of the call, if it has an Idempotency-Key: it is counted once. */
  readonly once?: string;
  /** Whom events tell of a refusal. The id is a new one's, where there is no verification yet. */
  readonly id: string;
  readonly profile?: string;
  readonly webhook?: string;
}

/** It may be sent. */
export interface Admission {
  /** What monitors would have refused it for. */
  readonly monitored: readonly Decision[];
  readonly left: readonly LimitLeft[];
  /** Channels of the plan that may not be used. */
  readonly denied: readonly Channel[];
  /** For the verification's record: how its approval counts. */
  readonly mark?: string;
  /** For the verification's facts: what its further sends are counted by. */
  readonly keys?: readonly KeptKey[];
  /** How it was counted, to take that back. */
  readonly counted?: { readonly request: GuardRequest; readonly admitted: Admitted };
}
