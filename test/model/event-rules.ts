import { changedFields, number, type Fields } from './fields.js';
import { wordOf, type Performed } from './script-rules.js';
import { must } from './violation.js';

/** An outbox entry, as the script has written it. */
export type Told = Readonly<Record<string, string>>;

const FINAL = ['approved', 'expired', 'canceled', 'locked'];

/** What a script has told of one verification: everything that it has changed, nothing else, without a gap (P1, P9). */
export function checkTold(p: Performed, isOwn: boolean, before: Fields, after: Fields, told: readonly Told[]): void {
  const kinds = told.map(({ kind }) => kind).sort();
  const expected = [...happened(before, after), ...(isOwn ? done(p, before, after) : [])].sort();
  must(kinds.join() === expected.join(), 'events', () => `${p.script} told [${kinds.join()}] of [${expected.join()}]`);
  const first = Number(before.seq ?? 0) + 1;
  must(
    told.every(({ seq }, i) => Number(seq) === first + i) && Number(after.seq) === first + told.length - 1,
    'events',
    () => `numbers ${told.map(({ seq }) => seq).join()} after ${first - 1}`,
  );
}

/** At the end: what has ended has said so once. */
export function checkEnd(fields: Fields, told: readonly Told[]): void {
  const ends = told.map(({ kind }) => kind!).filter((kind) => FINAL.includes(kind));
  must(ends.join() === fields.status, 'P1', () => `ended as ${fields.status!}, told [${ends.join()}]`);
}

/** What the record itself shows, whichever script it was. */
function happened(before: Fields, after: Fields): string[] {
  const changed = changedFields(before, after);
  const began = before.status === undefined;
  return [
    ...(began ? ['created'] : []),
    ...(!began && changed.includes('status') ? [after.status!] : []),
    ...(changed.includes('delivery') && after.delivery === 'undelivered' ? ['undelivered'] : []),
    ...changed.filter((name) => /^\d+:delivered$/.test(name)).map(() => 'delivered'),
    ...(!began && changed.includes('n') && isFailover(after, number(after, 'n')) ? ['failed_over'] : []),
  ];
}

function isFailover(fields: Fields, n: number): boolean {
  const differs = (name: string) => fields[`${n}:${name}`] !== fields[`${n - 1}:${name}`];
  return !differs('round') && (differs('step') || differs('account'));
}

/** What only the call tells. */
function done(p: Performed, before: Fields, after: Fields): string[] {
  const n = String(p.args[1]);
  const compared = number(after, 'made') > number(before, 'made');
  if (p.script === 'check') return compared && wordOf(p) !== 'approved' ? ['incorrect'] : [];
  const accepted = p.script === 'record' && p.args[3] === 'sent';
  return accepted && before[`${n}:sent`] === undefined && after[`${n}:sent`] !== undefined ? ['sent'] : [];
}
