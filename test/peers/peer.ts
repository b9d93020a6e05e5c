import type { ServerResponse } from 'node:http';
import type { OutgoingMessage, Receipt, ReceiptRequest } from '../../src/providers/contract.js';
import type { FailureKind } from '../../src/providers/errors.js';
import type { Behaviour, Received } from '../support/gateway.js';

/**
 * One vendor, as far as the contract needs it: `test/peers/<use>.ts` exports one as `peer`. A provider joins the
 * contract tests with such a file and with nothing else.
 */
export interface Peer {
  /** The account's settings, when the vendor is at this address (http or https, without a path). */
  settings(url: string): Record<string, unknown>;
  /** What of the settings no error may tell. */
  readonly secrets: readonly string[];
  /** The vendor's answer to a message that it takes. */
  readonly accepts: Behaviour;
  /** What `send` then gives. */
  readonly accepted: { readonly messageId?: string; readonly status?: string };
  /** True when a request carries this message, in whatever form the vendor wants it. */
  carries(received: Received, message: OutgoingMessage): boolean;
  /** Answers of the vendor's own that are no success, 2xx with an error inside among them. */
  readonly refuses: readonly (readonly [what: string, answer: Behaviour, kind: FailureKind])[];
  /** Where a bare status means something else at this vendor than usual. */
  readonly statuses?: Readonly<Record<number, FailureKind>>;
  /** Answers what belongs to no message (a request for a token), and then says so: it does not count as one. */
  readonly aside?: (received: Received, response: ServerResponse) => boolean;
  /** True when a message is only sent after that: what fails before it has sent nothing. */
  readonly asksFirst?: boolean;
  /** The vendor's callbacks, for the settings above and an account named `main`; absent where it sends none. */
  readonly receipts?: {
    /** Each with what it tells; nothing for one in words that nobody knows. */
    readonly genuine: readonly (readonly [what: string, request: ReceiptRequest, receipts: readonly Receipt[]])[];
    /** Each is refused: a wrong secret, signature or address. */
    readonly forged: readonly (readonly [what: string, request: ReceiptRequest])[];
  };
}
