/** All countries for each channel fit, which is the most that a request of ours holds. */
export const MOST_VALUES = 2_500;
export const MOST_DEPTH = 50;

/** Each value may be a wrong one, and costs a message; what is deep would fill the stack of those who walk through it. */
export function isTooMuch(body: unknown): boolean {
  let values = 0;
  let level = [body];
  for (let depth = 0; level.length > 0; depth++) {
    values += level.length;
    if (values > MOST_VALUES || depth > MOST_DEPTH) return true;
    level = level.flatMap((one): unknown[] => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}
