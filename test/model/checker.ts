import type { OutgoingMessage, Receipt } from '../../src/providers/contract.js';
import { GRACE_MS } from '../../src/store/verification.store.js';
import type { Actor } from './actor.js';
import type { Book } from './book.js';
import { mustKeep } from './budget-rules.js';
import { checkEnd, checkTold } from './event-rules.js';
import { isLive, number, RANK, type Fields } from './fields.js';
import { checkAnswered, isRepeat, learnEffect } from './once-rules.js';
import { isAsked, scriptRules, wordOf, type Performed } from './script-rules.js';
import { CALL_GAP_MS, checkChange, checkState } from './state-rules.js';
import { LEASE_MS } from './services.js';
import { must } from './violation.js';
import type { Reply, Seen } from './virtual-redis.js';

interface Handed {
  readonly message: OutgoingMessage;
  readonly account: string;
  readonly messageId?: string;
  readonly placed: boolean;
  readonly now: number;
}

/** As long as an early receipt is kept. */
const PARKED_MS = 600_000;

/** Looks at every effect of a history, with the whole state before and after it (design §7: P1 to P5, P8). */
export class Checker {
  constructor(
    private readonly book: Book,
    /** All verifications as they were last seen; kept up to date here. */
    private readonly seen: Map<string, Seen>,
  ) {}

  script(performed: Omit<Performed, 'before' | 'after'>, ids: readonly string[], reply: Reply): void {
    const { script, actor, now, keys } = performed;
    const about = keys[0]?.split(':v:')[1] ?? '';
    const after = new Map(ids.map((id, i) => [id, reply.seen[i]]));
    const own: Performed = { ...performed, before: this.seen.get(about)?.fields, after: after.get(about)?.fields };
    if (!isRepeat(own, this.book)) {
      this.learn(own, about);
      scriptRules[script]?.(own, this.book);
      learnEffect(own, this.book);
    }
    const asked = isAsked(own);
    for (const [id, seen] of after) {
      const before = this.seen.get(id);
      must(seen !== undefined || before === undefined, 'P1', () => 'a verification has vanished');
      if (!seen) continue;
      const told = reply.told.filter((event) => event.id === id);
      checkTold(own, id === about, before?.fields ?? {}, seen.fields, told);
      this.book.told.set(id, [...(this.book.told.get(id) ?? []), ...told]);
      if (before) checkChange(script, asked && id === about, before.fields, seen.fields, now);
      checkState(id, seen, this.book.plans.get(id) ?? [], now);
      this.seen.set(id, seen);
    }
    const known = reply.told.every(({ id = '' }) => after.has(id));
    must(known, 'events', () => 'told of a verification that it was not about');
    mustKeep(reply, this.book.budgets, now);
    if (script === 'claim' && wordOf(own) === 'claimed') actor.claim = claimOf(about, own);
  }

  /** A provider is handed a message: P3, P4, and the code that it carries. */
  send(actor: Actor, { message, account, messageId, placed, now }: Handed): void {
    const { claim } = actor;
    must(claim !== undefined, 'P5', () => 'sent without a claim');
    const { id, attempt: n } = claim;
    must(message.attemptId === `${id}-${n}`, 'P3', () => 'sent another attempt than was claimed');
    const fields = this.seen.get(id)!.fields;
    must(claim.status === 'sending', 'P8', () => `sent again although it was ${claim.status}`);
    const times = this.book.sent.filter((sent) => sent.id === id && sent.n === n).length;
    must(times < 2, 'P3', () => `attempt ${n} is sent a third time`);
    const stale = fields.fence !== claim.fence || fields.claim_until === undefined;
    this.checkCode(claim, message.code);
    for (const call of this.book.sent.filter((sent) => sent.id === id && sent.voice && sent.placed)) {
      // A worker that was overtaken cannot know what has happened since; and nobody can know what it did.
      if (call.n === n || call.stale || stale) continue;
      must(now - call.at >= CALL_GAP_MS, 'P4', () => `sent ${now - call.at} ms after a call was placed`);
    }
    const voice = message.channel === 'voice';
    this.book.sent.push({ id, n, account, messageId, at: now, placed, voice, stale, worker: actor });
  }

  ended(actor: Actor, now: number): void {
    checkAnswered(actor, this.book);
    for (const sent of this.book.sent) if (sent.worker === actor) sent.finishedAt = now;
    const { receipt, wish, once } = actor.request;
    if (receipt) this.book.receipts.push({ ...receipt, at: now });
    if (wish && once === undefined) this.book.wishes.push(wish);
  }

  /** At the end of a history: what must have come of everything. */
  conclude(): void {
    for (const [id, { fields }] of this.seen) {
      must(fields.status !== 'pending', 'P1', () => `${id} never ended`);
      checkEnd(fields, this.book.told.get(id) ?? []);
    }
    for (const { account, receipt, at } of this.book.receipts) this.checkReceived(account, receipt, at);
  }

  /** A receipt that was taken is found in the record, unless its message's worker died before it knew the message. */
  private checkReceived(account: string, { about, status }: Receipt, at: number): void {
    const sent = this.book.sent.find((one) =>
      'messageId' in about
        ? one.account === account && one.messageId === about.messageId && one.finishedAt !== undefined
        : one.account === account && `${one.id}-${one.n}` === about.attemptId,
    );
    if (!sent || status === 'sent') return;
    if ('messageId' in about && sent.finishedAt! >= at + PARKED_MS) return;
    const is = this.seen.get(sent.id)!.fields[`${sent.n}:status`]!;
    must(RANK[is]! >= RANK[status]!, 'P8', () => `${status} was taken, but attempt ${sent.n} is ${is}`);
  }

  private learn(p: Performed, about: string): void {
    const { actor, after = {} } = p;
    const { steps, ownCode } = actor.request;
    const renewed = p.script === 'continue' && wordOf(p) === 'continued';
    if (!renewed && !(p.script === 'start' && wordOf(p) === 'created')) return;
    if (steps) this.book.plans.set(about, steps);
    if (p.script === 'start' || p.args[12] !== '') this.book.learnCode(about, number(after, 'gen'), ownCode);
  }

  private checkCode({ id, generation }: NonNullable<Actor['claim']>, code: string): void {
    const known = this.book.codes.get(id)?.[generation];
    must(known === undefined || known === code, 'code', () => `generation ${generation} has two codes`);
    this.book.learnCode(id, generation, code);
  }
}

function claimOf(id: string, { after = {} }: Performed): NonNullable<Actor['claim']> {
  const attempt = number(after, 'n');
  return {
    id,
    attempt,
    fence: after.fence ?? '',
    status: after[`${attempt}:status`] ?? '',
    generation: number(after, 'gen'),
  };
}

/** Live verifications whose current round must get its first message if workers and pollers run from now on. */
export function owed(seen: ReadonlyMap<string, Seen>, now: number): Map<string, string> {
  const rounds = new Map<string, string>();
  for (const [id, { fields }] of seen) {
    if (isLive(fields, now) && readyAt(fields, now) < number(fields, 'expires')) rounds.set(id, fields.round ?? '');
  }
  return rounds;
}

/** When at the latest the next message goes out. A claimed call may still be placed: twice, and then has its minute. */
function readyAt({ next_at, claim_until, ...fields }: Fields, now: number): number {
  const n = String(fields.n);
  const calling = claim_until !== undefined && fields[`${n}:channel`] === 'voice';
  const held = claim_until === undefined ? 0 : Number(claim_until);
  return Math.max(now, Number(next_at ?? 0), held) + 2 * GRACE_MS + (calling ? 2 * LEASE_MS + CALL_GAP_MS : 0);
}

/** At the end: every round that was owed a message and stayed to the expiry has had one, sent or explicitly failed. */
export function checkOwed(rounds: ReadonlyMap<string, string>, seen: ReadonlyMap<string, Seen>): void {
  for (const [id, round] of rounds) {
    const { fields } = seen.get(id)!;
    if (fields.status !== 'expired' || fields.round !== round) continue;
    const tried = Array.from({ length: number(fields, 'n') }, (_, i) => i + 1).some(
      (n) => fields[`${n}:round`] === round && fields[`${n}:status`] !== 'sending',
    );
    must(tried, 'P1', () => `round ${round} of ${id} never got a message`);
  }
}

/** Whoever asked for a message, and was not refused, gets one more than there were: whatever receipts say meanwhile. */
export function checkWishes(
  wishes: Book['wishes'],
  owed: ReadonlyMap<string, string>,
  seen: ReadonlyMap<string, Seen>,
) {
  for (const { id, attempts } of wishes) {
    const { fields } = seen.get(id)!;
    if (fields.status !== 'expired' || fields.round !== owed.get(id)) continue;
    must(number(fields, 'n') > attempts, 'next', () => `what was asked for of ${id} never came`);
  }
}
