import { bounds } from '../../src/config/bounds.js';
import { GRACE_MS } from '../../src/store/verification.store.js';
import type { Actor } from './actor.js';
import type { Book } from './book.js';
import { mustRefuse, mustTell, spend } from './budget-rules.js';
import { changedFields, isConfirmed, isLive, number, RANK, type Fields } from './fields.js';
import { must } from './violation.js';

/** One performed script, with the verification that it was about before and after. */
export interface Performed {
  readonly script: string;
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
  readonly answer: unknown;
  readonly actor: Actor;
  readonly now: number;
  readonly before?: Fields;
  readonly after?: Fields;
  /** From then on every job is added and every poller and worker does what it should. */
  readonly punctualFrom: number;
}

/** The script's own word for what it did. */
export const wordOf = ({ answer }: Pick<Performed, 'answer'>): string =>
  String(Array.isArray(answer) ? answer[0] : answer);

export const isAsked = (p: Pick<Performed, 'script' | 'keys' | 'answer'>): boolean =>
  p.script === 'apply' && p.keys.length > 1 && ['done', 'again'].includes(wordOf(p));

const unchanged = (p: Performed, except?: string): boolean =>
  changedFields(p.before ?? {}, p.after ?? {}).every((name) => name === except);

/** What each script promises about its own verification. */
export const scriptRules: Readonly<Record<string, (p: Performed, book: Book) => void>> = {
  start(p, book) {
    const word = wordOf(p);
    if (word === 'created') {
      spend(p, book.budgets);
      mustTell(p, book.budgets);
      return;
    }
    must(p.after === undefined, 'start', () => `${word}, but it exists`);
    if (word === 'limited') mustRefuse(p, book.budgets);
  },

  continue(p, book) {
    const { before = {}, after = {}, args, now } = p;
    const word = wordOf(p);
    const fits = isLive(before, now) && before.gen === String(args[1]) && ['', before.round].includes(String(args[16]));
    if (word === 'changed') {
      must(unchanged(p), 'continue', () => 'refused, but changed something');
      must(!fits, 'P1', () => 'a live verification cannot be continued');
      return;
    }
    must(fits, 'P2', () => `continued a verification that is ${String(before.status)}, or was not read like this`);
    if (word === 'limited') {
      if (number(before, 'sends') < bounds.sends) mustRefuse(p, book.budgets);
      must(unchanged(p), 'continue', () => 'limited, but changed something');
      return;
    }
    spend(p, book.budgets);
    mustTell(p, book.budgets);
    const renewed = args[12] !== '';
    must(number(after, 'round') === number(before, 'round') + 1, 'continue', () => 'no new round');
    must(number(after, 'gen') === number(before, 'gen') + (renewed ? 1 : 0), 'continue', () => 'wrong generation');
    const expires = renewed ? now + Number(args[13]) : number(before, 'expires');
    must(number(after, 'expires') === expires, 'continue', () => 'wrong expiry');
    must(after.made === before.made, 'P2', () => 'the checks were given back');
  },

  claim(p, book) {
    const { before = {}, after = {}, now, args } = p;
    const held = before.claim_until !== undefined;
    const again = held && before.claim_by === String(args[1]);
    const last = number(before, 'n');
    const free = !held || (isOver(before, last) && (again || number(before, 'claim_until') <= now));
    if (held && free && isLive(before, now)) {
      must(after[`${last}:status`] !== 'sending', 'P3', () => 'an attempt of an earlier round is left open');
    }
    if (wordOf(p) !== 'claimed') return;
    if (before.next_at !== after.next_at) mustNotRepeat(p, book);
    must(isLive(before, now), 'P5', () => `a send was claimed although it is ${String(before.status)}`);
    must(free || again || number(before, 'claim_until') <= now, 'P3', () => 'claimed while another worker has it');
    const n = number(after, 'n');
    if (free) {
      const at = number(before, 'next_at');
      must(at <= now, 'P4', () => `claimed early: due at ${at}`);
      must(at <= p.punctualFrom || now - at <= GRACE_MS, 'P4', () => `claimed ${now - at} ms late`);
    } else must(n === last, 'P3', () => 'a new attempt although the last one is not recorded');
    must(after[`${n}:round`] === after.round, 'P5', () => 'an attempt of an earlier round is sent');
    // Who has missed the answer, and asks again, has sent nothing.
    const more = again && !free ? 0 : 1;
    must(number(after, 'fence') === number(before, 'fence') + more, 'P3', () => 'the wrong fence');
    const tries = Number(before[`${n}:tries`] ?? 0) + more;
    must(number(after, `${n}:tries`) === tries, 'P3', () => 'the tries were not counted');
  },

  record(p) {
    const { before = {}, args } = p;
    const own = before.fence === String(args[2]);
    const attempt = `${String(args[1])}:message_id`;
    if (!own) must(unchanged(p, attempt), 'P3', () => "a stale worker's result was applied");
    else if (before.claim_until === undefined) must(unchanged(p), 'P3', () => 'a repeated record changed something');
    else if (wordOf(p) === 'changed') must(unchanged(p), 'record', () => 'changed, but changed something');
    else {
      must(
        before.rev === String(args[18]),
        'revision',
        () => 'a result was recorded on another state than it was made on',
      );
      must(p.after?.claim_until === undefined, 'P1', () => 'recorded, but still claimed');
      mustBeOfThisRound(p, String(args[1]));
    }
  },

  apply(p, book) {
    const { before = {}, after = {}, args, now, keys } = p;
    const word = wordOf(p);
    if (word === 'changed' || word === 'limited') {
      must(unchanged(p), 'apply', () => `${word}, but changed something`);
      if (word === 'limited') mustRefuse(p, book.budgets);
      return;
    }
    must(
      before.rev === String(args[1]),
      'revision',
      () => 'a decision was applied to another state than it was made on',
    );
    if (keys.length > 1) {
      must(isLive(before, now), 'P5', () => 'a send was asked for after the end');
      const more = number(before, 'n') - (p.actor.attempts ?? 0);
      must(more === 0, 'next', () => `asked for one more although ${more} had begun meanwhile`);
      spend(p, book.budgets);
      return;
    }
    const n = String(args[2]);
    const status = String(args[3]);
    must(RANK[status]! > RANK[before[`${n}:status`]!]!, 'P8', () => `${status} of attempt ${n} is no news`);
    mustBeOfThisRound(p, n);
    if (before.next_why === 'asked') {
      must(after.next_at === before.next_at, 'P8', () => 'a receipt changed what the caller has asked for');
    }
    const newest = number(before, 'n') === Number(n) && before[`${n}:round`] === before.round;
    if (status === 'failed' && !newest) {
      const changed = changedFields(before, after).filter((name) => name !== 'rev' && !name.startsWith(`${n}:`));
      // But it may be the last of all to fail.
      const isLast = after.delivery === 'undelivered' && before.next_at === undefined && hasFailed(after);
      const allowed = isLast ? ['delivery', 'seq'] : [];
      const wrong = changed.filter((name) => !allowed.includes(name));
      must(wrong.length === 0, 'P8', () => `a superseded attempt's failure changed ${wrong.join(', ')}`);
    }
  },

  check(p, book) {
    checkReference(p, book);
    if (wordOf(p) !== 'unknown') mustTell(p, book.budgets);
  },

  read(p, book) {
    if (p.before) p.actor.attempts ??= number(p.before, 'n');
    // Receipts read too, and are told nothing.
    const asks = p.args.slice(1).some((budget) => budget !== '');
    if (p.before && asks) mustTell(p, book.budgets);
  },

  cancel(p) {
    const { before = {}, now } = p;
    const word = wordOf(p);
    const status = before.status === 'pending' && !isLive(before, now) ? 'expired' : String(before.status);
    must(word === (status === 'pending' ? 'canceled' : `already_${status}`), 'cancel', () => `answered ${word}`);
  },
};

/** A newer start or continuation has begun since. */
const isOver = (fields: Fields, n: number): boolean => fields[`${n}:round`] !== fields.round;

/** Every message of the current round. */
const hasFailed = (fields: Fields): boolean =>
  Array.from({ length: number(fields, 'n') }, (_, i) => i + 1)
    .filter((n) => fields[`${n}:round`] === fields.round)
    .every((n) => fields[`${n}:status`] === 'failed');

/** What the caller has asked for is not tried over one more account once it is known to have arrived. */
function mustNotRepeat({ keys, before = {}, after = {} }: Performed, book: Book): void {
  const n = number(after, 'n');
  const step = book.plans.get(keys[0]!.split(':v:')[1]!)?.[number(after, `${n}:step`)];
  if (!isConfirmed(after) || step?.confirm_on === 'read') return;
  for (let i = n; after[`${i}:why`] === 'retry'; i--) {
    must(RANK[before[`${i - 1}:status`]!]! < RANK.delivered!, 'next', () => `attempt ${i - 1} had arrived`);
  }
}

/** What belongs to an earlier start or continuation changes nothing but the record. */
function mustBeOfThisRound({ before = {}, after = {} }: Performed, n: string): void {
  if (before[`${n}:round`] === before.round) return;
  for (const name of ['confirmed', 'delivery', 'next_step', 'next_account']) {
    must(before[name] === after[name], 'P8', () => `an attempt of an earlier round changed ${name}`);
  }
}

/** What a check must answer, worked out a second time from the codes that were sent. */
function checkReference(p: Performed, book: Book): void {
  const { before, now, actor } = p;
  const word = wordOf(p);
  if (!before) {
    must(word === 'unknown', 'P2', () => `${word} for an unknown id`);
    return;
  }
  const id = String(p.args[1]);
  const expected = expectedResult(id, before, actor.request.typed ?? '', book, now);
  must(word === expected, 'P2', () => `a check answered ${word} instead of ${expected}`);
  if (!['approved', 'incorrect', 'replaced'].includes(word) || before.status !== 'pending') return;
  const compared = (book.compared.get(id) ?? 0) + 1;
  book.compared.set(id, compared);
  must(compared <= number(before, 'max'), 'P2', () => `${compared} codes were compared`);
  if (word === 'approved') {
    const approvals = (book.approvals.get(id) ?? 0) + 1;
    book.approvals.set(id, approvals);
    must(approvals === 1, 'P2', () => 'approved twice');
    must(p.after?.status === 'approved', 'P2', () => 'answered approved, but is not');
    return;
  }
  book.budgets.failures.use(now);
  const full = compared >= number(before, 'max') || book.budgets.failures.fullFor(now) > 0;
  must(p.after?.status === (full ? 'locked' : 'pending'), 'P2', () => `${String(p.after?.status)} after a failure`);
}

function expectedResult(id: string, before: Fields, typed: string, book: Book, now: number): string {
  if (before.status === 'approved') return 'already_approved';
  if (before.status !== 'pending') return String(before.status);
  if (now >= number(before, 'expires')) return 'expired';
  if (book.budgets.failures.fullFor(now) > 0) return 'locked';
  const codes = book.codes.get(id) ?? [];
  const generation = codes.lastIndexOf(typed);
  if (generation < 1) return 'incorrect';
  const current = number(before, 'gen');
  const right = generation === current || (before.any === '1' && now < number(before, `e${generation}`));
  return right ? 'approved' : 'replaced';
}
