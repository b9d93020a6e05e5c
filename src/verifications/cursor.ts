import { validationFailed } from '../shared/problem.js';
import type { IndexPosition } from '../store/index-merge.js';
import { isVerificationId } from '../store/keys.js';

/** A position in the index, opaque to callers. */
export const encodeCursor = ({ createdAt, id }: IndexPosition): string =>
  Buffer.from(`${createdAt}:${id}`).toString('base64url');

/** @throws Problem 422 naming `cursor` */
export function decodeCursor(cursor: string): IndexPosition {
  const [createdAt = '', id = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(':');
  if (!/^\d{1,15}$/.test(createdAt) || !isVerificationId(id)) {
    throw validationFailed([{ field: 'cursor', message: 'is not a cursor that a page has given' }]);
  }
  return { createdAt: Number(createdAt), id };
}
