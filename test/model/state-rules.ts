import { bounds } from '../../src/config/bounds.js';
import type { Step } from '../../src/config/config.js';
import { GRACE_MS } from '../../src/store/verification.store.js';
import { changedFields, DECIDING, isConfirmed, number, RANK, type Fields } from './fields.js';
import { ROUTES } from './services.js';
import { must } from './violation.js';
import type { Seen } from './virtual-redis.js';

const RETENTION_MS = 24 * 3_600_000;
const MOST_RETRIES = bounds.sends;

/** What is true of every verification at every moment. */
export function checkState(id: string, { fields, due, pointer, removedAt }: Seen, steps: readonly Step[], now: number) {
  const expires = number(fields, 'expires');
  must(
    removedAt === expires + RETENTION_MS,
    'TTL',
    () => `the state is removed at ${removedAt}, expires at ${expires}`,
  );
  must(number(fields, 'made') <= number(fields, 'max'), 'P2', () => 'more checks than allowed');
  must(number(fields, 'sends') <= bounds.sends, 'sends', () => 'more than one verification may have');
  must(number(fields, 'n') <= number(fields, 'sends') + MOST_RETRIES, 'retries', () => 'more than allowed');
  if (fields.status !== 'pending') {
    const left = Object.keys(fields).filter((name) => /^(next_.*|[me]\d+)$/.test(name));
    must(left.length === 0, 'P5', () => `ended, but has ${left.join(', ')}`);
    must(due === undefined, 'P1', () => 'ended, but is still due');
    must(pointer !== id, 'P1', () => 'ended, but is still the live one of its slot');
    return;
  }
  must(due !== undefined, 'P1', () => 'pending, but never due');
  const wanted = Math.min(fields.next_at === undefined ? expires : number(fields, 'next_at'), expires);
  const latest = Math.max(fields.claim_until === undefined ? wanted : number(fields, 'claim_until'), now + GRACE_MS);
  must(due <= latest, 'P1', () => `due at ${due}, but must be by ${latest}`);
  if (now < expires) {
    must(pointer === id, 'P1', () => `live, but its slot holds ${String(pointer)}`);
    must(
      !hasStalled(fields, steps),
      'P1',
      () => 'neither confirmed nor under way nor scheduled, though steps are left',
    );
    must(
      fields.delivery === 'undelivered' || !hasFailed(fields),
      'delivery',
      () => `${String(fields.delivery)}, though every message has failed and none follows`,
    );
  }
}

function hasStalled(fields: Fields, steps: readonly Step[]): boolean {
  const n = number(fields, 'n');
  // A confirmation ends the plan, but not what the caller has asked for.
  const confirmed = isConfirmed(fields);
  if (confirmed && fields[`${n}:why`] === undefined) return false;
  if (fields.claim_until !== undefined || fields.next_at !== undefined) return false;
  const retries = Array.from({ length: n }, (_, i) => i + 1).filter(
    (i) => fields[`${i}:why`] !== 'asked' && fields[`${i - 1}:round`] === fields[`${i}:round`],
  );
  if (retries.length >= MOST_RETRIES) return false;
  if (n === 0 || fields[`${n}:round`] !== fields.round) return true;
  const step = number(fields, `${n}:step`);
  if (!confirmed && steps.slice(step + 1).some(({ channel }) => mayReach(fields, channel))) return true;
  const refused = fields[`${n}:status`] === 'failed' && fields[`${n}:sent`] === undefined;
  // The kind of the refusal is not on record if a receipt has told of another one.
  const told = fields[`${n}:vendor_status`] !== undefined;
  if (!refused || told || fields[`${n}:error_kind`] === 'bad_recipient') return false;
  const tried = new Set<string | undefined>();
  for (let i = 1; i <= n; i++) {
    if (fields[`${i}:why`] === 'asked') tried.clear();
    if (fields[`${i}:round`] === fields.round && number(fields, `${i}:step`) === step)
      tried.add(fields[`${i}:account`]);
  }
  return ROUTES[steps[step]!.channel]!.some((account) => !tried.has(account));
}

/**
 * The kind of a refusal is not on record if a receipt has told of another one: of the newest one it may be this. And where
 * a receipt says later that it was delivered after all, the plan has ended.
 */
function mayReach(fields: Fields, channel: string): boolean {
  const n = number(fields, 'n');
  const told = fields[`${n}:status`] === 'failed' && fields[`${n}:vendor_status`] !== undefined;
  if (told && fields[`${n}:channel`] === channel) return false;
  return !Array.from({ length: n }, (_, i) => i + 1).some(
    (i) => fields[`${i}:channel`] === channel && fields[`${i}:error_kind`] === 'bad_recipient',
  );
}

/** All messages of this round, and nothing more comes by itself. */
function hasFailed(fields: Fields): boolean {
  if (isConfirmed(fields) || fields.claim_until !== undefined || fields.next_at !== undefined) return false;
  const own = Array.from({ length: number(fields, 'n') }, (_, i) => i + 1).filter(
    (n) => fields[`${n}:round`] === fields.round,
  );
  return own.length > 0 && own.every((n) => fields[`${n}:status`] === 'failed');
}

/** What may change from one moment to the next, whichever script it was. */
export function checkChange(script: string, asked: boolean, before: Fields, after: Fields, now: number): void {
  checkStatus(script, before, after, now);
  checkAttempts(script, before, after);
  const made = number(after, 'made') - number(before, 'made');
  must(made === 0 || (made === 1 && script === 'check'), 'P2', () => `${script} changed the number of checks`);
  const sends = number(after, 'sends') - number(before, 'sends');
  must(
    sends === (asked || number(after, 'round') > number(before, 'round') ? 1 : 0),
    'sends',
    () => `grew by ${sends}`,
  );
  if (after.status !== 'pending') return;
  if (before.rev === after.rev) {
    const changed = changedFields(before, after).filter((name) => DECIDING.test(name));
    must(changed.length === 0, 'revision', () => `the same, but changed: ${changed.join(', ')}`);
  }
  if (before.round !== after.round) return;
  must(before.delivery !== 'delivered' || after.delivery === 'delivered', 'P8', () => 'delivery went back');
  must(!isConfirmed(before) || isConfirmed(after), 'P8', () => 'a confirmation was taken back');
  const retries = after.next_why === 'retry' && before[`${String(before.n)}:why`] !== undefined;
  if (isConfirmed(after) && after.next_at !== undefined && !asked && !retries) {
    const sooner = before.next_at === undefined || number(after, 'next_at') < number(before, 'next_at');
    must(!sooner, 'P8', () => 'something starts by itself after confirmation');
  }
}

function checkStatus(script: string, before: Fields, after: Fields, now: number): void {
  if (before.status === after.status) return;
  must(before.status === 'pending', 'P2', () => `${String(before.status)} became ${String(after.status)}`);
  const late = now >= number(before, 'expires');
  const by: Record<string, boolean> = {
    expired: late,
    approved: script === 'check' && !late,
    locked: script === 'check' && !late,
    canceled: script === 'cancel' && !late,
  };
  must(by[String(after.status)] === true, 'P2', () => `${script} made it ${String(after.status)}`);
}

function checkAttempts(script: string, before: Fields, after: Fields): void {
  const known = number(before, 'n');
  const more = number(after, 'n') - known;
  must(more === 0 || (more === 1 && script === 'claim'), 'P3', () => `${script} made ${more} attempts`);
  for (let n = 1; n <= known; n++) {
    for (const name of ['step', 'round', 'channel', 'account']) {
      must(before[`${n}:${name}`] === after[`${n}:${name}`], 'record', () => `${name} of attempt ${n} changed`);
    }
    const [was = '', is = ''] = [before[`${n}:status`], after[`${n}:status`]];
    must(was === is || RANK[is]! > RANK[was]!, 'P8', () => `attempt ${n} went from ${was} to ${is}`);
  }
}

export const CALL_GAP_MS = bounds.afterVoice * 1_000;
