import { mask } from '../recipients/recipient.js';
import { isVerificationId } from '../store/keys.js';

/** An answer as it is kept for a day, and whose it is: what it tells of a person is kept with their verification. */
export interface Apart {
  readonly body: string;
  readonly verification?: string;
}

/**
 * A number ends with its time or by erasure, earlier than an answer that is kept. So what a verification's answer says of
 * a person, over whichever API, is put aside, and this is what is left of it.
 * @param path parameters of the address: not every answer says whose it is
 */
export function takeOut(body: string, path: unknown = {}): Apart {
  const view = JSON.parse(body) as Record<string, unknown>;
  const { id, messageIds = [], to, reference, foreign_id } = view;
  const ids = [id, messageIds, ...Object.values(path as Record<string, unknown>)].flat().filter(isText);
  const verification = ids.map((one) => one.toLowerCase()).find(isVerificationId);
  if (verification === undefined || ![to, reference, foreign_id].some(isText)) return { body };
  // Where there is no reference GENIQ says so with an empty text.
  const none = 'responseCode' in view ? '' : null;
  const said = { to: isText(to) ? mask(to) : to, reference: none, foreign_id: null, metadata: {} };
  const rest = Object.entries({ ...view, ...said }).filter(([name]) => name in view);
  return { body: JSON.stringify(Object.fromEntries(rest)), verification };
}

const isText = (said: unknown): said is string => typeof said === 'string' && said !== '';
