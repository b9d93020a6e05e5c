import type { Keyring } from '../codes/keyring.js';
import type { RedisClient } from '../shared/redis.js';
import type { FailureKind } from './errors.js';
import type { SmsEncoding } from './text/sms.js';

export const CHANNELS = ['sms', 'whatsapp', 'viber', 'voice', 'rcs', 'telegram', 'email'] as const;
export type Channel = (typeof CHANNELS)[number];

/** One message to one person. Holds the code in clear: never log it, never store it. */
export interface OutgoingMessage {
  /** `<verification id>-<n>`: our reference towards the vendor, unique for each attempt. */
  readonly attemptId: string;
  readonly verificationId: string;
  readonly application: string;
  readonly channel: Channel;
  /** E.164 with `+`, or an e-mail address. */
  readonly to: string;
  readonly from?: string;
  readonly text: string;
  readonly code: string;
  readonly locale: string;
  /** Seconds that the code still lives: the message's validity. */
  readonly ttl: number;
  /** Makes the address that this attempt's receipts may be sent to. */
  readonly callbackUrl: () => string;
  /** For who has let it wait: whether its verification has not been approved or canceled meanwhile. */
  readonly stillWanted: () => Promise<boolean>;
}

/** The vendor took the message. */
export interface Accepted {
  /** The vendor's id of the message, by which its receipts are matched. */
  readonly messageId?: string;
  /** The vendor's own word for the state. */
  readonly status?: string;
}

/** A vendor's call to us, as it came. */
export interface ReceiptRequest {
  readonly method: string;
  /** What follows `/receipts/<account>/`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as text, byte for byte: signatures are made over it. */
  readonly body: string;
}

/** A vendor's later word on one message. */
export interface Receipt {
  /**
   * Our id of the attempt where the vendor gives it back, else the vendor's own id. Both, when the vendor's answer came
   * after the deadline: from then on its id means that attempt.
   */
  readonly about: { readonly attemptId: string; readonly messageId?: string } | { readonly messageId: string };
  readonly status: 'sent' | 'delivered' | 'read' | 'failed';
  /** The vendor's own word. */
  readonly vendorStatus?: string;
  readonly error?: { readonly kind: FailureKind; readonly code: string };
}

/** What a vendor's question to our callback address is answered with, in the place of our usual `200`. */
export interface ChallengeAnswer {
  readonly type: string;
  readonly body: string;
}

/** What is left of the money at the vendor. */
export interface Balance {
  readonly amount: number;
  /** ISO 4217, or the vendor's word for its units; absent where the vendor names none. */
  readonly currency?: string;
}

/** Not from this vendor: bad secret, signature or address. Answered with 401. */
export class ReceiptRefused extends Error {}

/** One account: a provider with settings. */
export interface Provider {
  /**
   * Hands one message to the vendor, once: no retry inside.
   * @param deadline Unix milliseconds. Past it, throw `maybe_sent` if the request had left, else `unreachable`.
   * @throws ProviderError for everything but acceptance
   */
  send(message: OutgoingMessage, deadline: number): Promise<Accepted>;
  /**
   * Reads a vendor's callback. Absent where the vendor (or this account's settings) sends none.
   * @returns the receipts in it; none when it says nothing that we know
   * @throws ReceiptRefused when it is not authentic
   */
  parseReceipt?(request: ReceiptRequest): Receipt[];
  /** True when receipts that carry the vendor's id come otherwise than over HTTP (`AccountContext.receive`). */
  readonly pushesReceipts?: boolean;
  /**
   * Answers a vendor that asks whether this address is ours, before it sends receipts to it.
   * @returns undefined when the request is no such question
   * @throws ReceiptRefused when it is one, but not from this vendor
   */
  challenge?(request: ReceiptRequest): ChallengeAnswer | undefined;
  /** Asks the vendor for the account's balance. @throws ProviderError */
  balance?(deadline: number): Promise<Balance>;
  /** Connects ahead of the first message, where connections stay open. Called in processes that send, and nowhere else. */
  open?(): void;
  /** Takes leave of the vendor; frees sockets and timers. */
  close?(): Promise<void>;
}

/** What an account gets from the service beside its own settings. */
export interface AccountContext {
  readonly account: string;
  /** How many messages it is given at a time. */
  readonly concurrency: number;
  /** For receipts that do not come over HTTP. Resolves once it is stored; until then the vendor should not forget it. */
  readonly receive: (receipt: Receipt) => Promise<void>;
  readonly redis: RedisClient;
  readonly keyring: Keyring;
}

/** One folder under `src/providers/` exports one of these, and `definitions.ts` lists it. */
export interface ProviderDefinition<Settings extends object = object> {
  /** The name in the configuration: `use: <name>`. */
  readonly use: string;
  readonly channels: readonly Channel[];
  /** True when messages only reach a test inbox: test keys reach such accounts only, live keys all others. */
  readonly test: boolean;
  /** A class-validator class: checked at start, before anything listens. */
  readonly settings: new () => Settings;
  /** Those of the channels that an account with these settings can carry; absent where that is always all of them. */
  carries?(settings: Settings): readonly Channel[];
  /** How an account with these settings writes a text as SMS, which prices go by; undefined where its letters decide. */
  smsEncoding?(text: string, settings: Settings): SmsEncoding | undefined;
  create(settings: Settings, context: AccountContext): Provider;
}
