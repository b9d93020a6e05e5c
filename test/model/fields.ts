/** A verification's hash, as the scripts keep it. */
export type Fields = Readonly<Record<string, string>>;

/** A later word on a message never takes an earlier one back (design §6). */
export const RANK: Readonly<Record<string, number>> = {
  sending: 0,
  maybe_sent: 1,
  sent: 1,
  failed: 2,
  delivered: 3,
  read: 4,
};

/** NaN where there is no such field: every comparison with it is false. */
export const number = (fields: Fields, name: string): number => Number(fields[name]);

export const isConfirmed = (fields: Fields): boolean => fields.confirmed === fields.round;

export const isLive = (fields: Fields, now: number): boolean =>
  fields.status === 'pending' && now < number(fields, 'expires');

/** What a decision of the policy rests on. Whoever changes it must change the revision too. */
export const DECIDING = /^(round|gen|confirmed|n|next_.*|\d+:(status|round|step|channel|account|why|sent))$/;

export function changedFields(before: Fields, after: Fields): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]);
}
