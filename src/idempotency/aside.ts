import { mask } from '../recipients/recipient.js';
import { isVerificationId } from '../store/keys.js';

/** An answer as it is kept for a day, and whose it is: what it tells of a person is kept with their verification. */
export interface Apart {
  readonly body: string;
  readonly verification?: string;
}

/**
 * A number ends with its time or by erasure, earlier than an answer that is kept. So what a verification's answer says of
 * a person is put aside, and this is what is left of it.
 */
export function takeOut(body: string): Apart {
  const view = JSON.parse(body) as Record<string, unknown>;
  const { id, to } = view;
  if (typeof id !== 'string' || !isVerificationId(id) || typeof to !== 'string') return { body };
  const rest = { ...view, to: mask(to), reference: null, metadata: {} };
  return { body: JSON.stringify(rest), verification: id };
}
