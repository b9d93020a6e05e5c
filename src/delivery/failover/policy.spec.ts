import { describe, expect, it } from '@jest/globals';
import type { FailureKind } from '../../providers/errors.js';
import {
  claimed,
  combinations,
  MINUTE,
  SCHEDULED,
  situation,
  WAIT,
  type Case,
} from '../../../test/support/situations.js';
import { decide, type Decision, type Event } from './policy.js';

/**
 * A decision table: each rule says in which situations it holds and what follows. Of the rules of one event the first
 * that holds counts. Every combination of every property is tried, so a rule cannot be right in the listed cases only.
 */
type Rule = readonly [name: string, holds: (c: Case) => boolean, follows: (c: Case) => Partial<Decision>];

const old: Rule = ['is about an earlier round: nothing changes', (c) => c.round === 'old', () => ({})];
const otherwise = () => true;
const spent = (c: Case): boolean => c.full === 'retries';
const rings = (c: Case): boolean => c.channel === 'voice';
/** What is left of the minute after the call that came before. */
const left = (c: Case): number => (c.before === 'call 20 s ago' ? 40_000 : 0);
/** The same, where the attempt itself may be a call: placed 10 s ago, or being placed now. */
const leftAfterIt = (c: Case): number => (!rings(c) ? left(c) : c.status === 'sending' ? MINUTE : 50_000);
const atMost = (c: Case): Case['delivery'] => (c.delivery === 'delivered' ? 'delivered' : 'sent');
const reached = (c: Case): boolean => c.before !== 'nothing' && c.before !== 'failed';
const nextStep = (delayMs: number) => ({ step: 2, account: 'rcs-1', delayMs });
/** Who asks for a message wants accounts to be tried again that were tried before. */
const siblingOf = (c: Case): string | undefined => {
  if (spent(c)) return undefined;
  if (c.wanted === 'asked' && c.before === 'maybe_sent by a sibling') return 'tried';
  return c.siblings === 'left' ? 'sibling' : undefined;
};
const hasSibling = (c: Case): boolean => siblingOf(c) !== undefined;
const sibling = (c: Case, delayMs: number) => ({ step: 1, account: siblingOf(c)!, delayMs });
const isAskedFor = (c: Case): boolean => c.confirmed && c.wanted !== 'no' && hasSibling(c);

const accepted: Rule[] = [
  old,
  ['is confirmed already: nothing more', (c) => c.confirmed, () => ({ next: 'none' })],
  [
    'sent is enough: nothing more',
    (c) => c.confirmOn === 'sent',
    (c) => ({ delivery: atMost(c), confirmed: true, next: 'none' }),
  ],
  [
    'the last step, or too many: nothing more',
    (c) => c.following === 'none' || spent(c),
    (c) => ({ delivery: atMost(c), next: 'none' }),
  ],
  ['a call: a minute', rings, (c) => ({ delivery: atMost(c), next: nextStep(MINUTE) })],
  ['the wait', otherwise, (c) => ({ delivery: atMost(c), next: nextStep(Math.max(WAIT, left(c))) })],
];

const queued = (c: Case): Case['delivery'] => (c.delivery === 'delivered' || reached(c) ? atMost(c) : 'queued');
const undelivered = (c: Case) => (c.delivery === 'delivered' || reached(c) ? atMost(c) : 'undelivered');
const mayArrive = (c: Case): number => (c.before === 'maybe_sent by a sibling' ? WAIT : 0);

const refusedForSure: Rule[] = [
  old,
  ['is confirmed, but was asked for: a sibling at once', isAskedFor, (c) => ({ next: sibling(c, left(c)) })],
  ['is confirmed already: nothing more', (c) => c.confirmed, () => ({ next: 'none' })],
  ['a sibling is left: at once', hasSibling, (c) => ({ delivery: queued(c), next: sibling(c, left(c)) })],
  ['nothing is left', (c) => c.following === 'none' || spent(c), (c) => ({ delivery: undelivered(c), next: 'none' })],
  [
    'the next step: at once unless an earlier message may still arrive',
    otherwise,
    (c) => ({ delivery: queued(c), next: nextStep(Math.max(mayArrive(c), left(c))) }),
  ],
];

const badRecipient = refusedForSure.filter(([name]) => !name.includes('a sibling'));

const maybeSent: Rule[] = [
  old,
  [
    'is confirmed, but was asked for: a sibling at once, or a minute after what may be a call',
    isAskedFor,
    (c) => ({ next: sibling(c, rings(c) ? MINUTE : left(c)) }),
  ],
  ['is confirmed already: nothing more', (c) => c.confirmed, () => ({ next: 'none' })],
  [
    'a sibling is left: at once, or a minute after what may be a call',
    hasSibling,
    (c) => ({ delivery: atMost(c), next: sibling(c, rings(c) ? MINUTE : left(c)) }),
  ],
  [
    'nothing is left, but it may arrive',
    (c) => c.following === 'none' || spent(c),
    (c) => ({ delivery: atMost(c), next: 'none' }),
  ],
  [
    'the next step after the wait',
    otherwise,
    (c) => ({ delivery: atMost(c), next: nextStep(rings(c) ? MINUTE : Math.max(WAIT, left(c))) }),
  ],
];

/** A receipt was faster than the vendor's own answer, and said that it failed. */
const acceptedButFailed: Rule[] = [
  old,
  ['is confirmed already: nothing more', (c) => c.confirmed, () => ({ next: 'none' })],
  ['sent is enough: nothing more', (c) => c.confirmOn === 'sent', () => ({ confirmed: true, next: 'none' })],
  ['the last step, or too many: nothing more', (c) => c.following === 'none' || spent(c), () => ({ next: 'none' })],
  [
    'the next step at once, or a minute after a call',
    otherwise,
    (c) => ({ next: nextStep(rings(c) ? MINUTE : left(c)) }),
  ],
];
const gapAfterIt = (c: Case): number => (rings(c) ? MINUTE : left(c));
const maybeSentButFailed: Rule[] = [
  old,
  ['is confirmed, but was asked for: a sibling', isAskedFor, (c) => ({ next: sibling(c, gapAfterIt(c)) })],
  ['is confirmed already: nothing more', (c) => c.confirmed, () => ({ next: 'none' })],
  ['a sibling is left', hasSibling, (c) => ({ delivery: queued(c), next: sibling(c, gapAfterIt(c)) })],
  ['nothing is left', (c) => c.following === 'none' || spent(c), (c) => ({ delivery: undelivered(c), next: 'none' })],
  [
    'the next step: at once unless an earlier message may still arrive',
    otherwise,
    (c) => ({ delivery: queued(c), next: nextStep(Math.max(mayArrive(c), gapAfterIt(c))) }),
  ],
];

/** The caller has asked for the next step while this one was under way. */
const acceptedBeforeMore: Rule[] = [
  old,
  ['is confirmed already: that stays', (c) => c.confirmed, () => ({})],
  [
    'sent is enough, but more was asked for',
    (c) => c.confirmOn === 'sent',
    (c) => ({ delivery: atMost(c), confirmed: true }),
  ],
  ['more was asked for', otherwise, (c) => ({ delivery: atMost(c) })],
];
const refusedBeforeMore: Rule[] = [
  old,
  ['is confirmed already: what was asked for stays', (c) => c.confirmed, () => ({})],
  ['more was asked for', otherwise, (c) => ({ delivery: queued(c) })],
];

const isRead: Rule = ['was read already: nothing changes', (c) => c.status === 'read', () => ({})];
const CONFIRMED = { delivery: 'delivered', confirmed: true } as const;
const confirms: Rule[] = [
  ['confirms, but more was asked for: that is sent', (c) => c.scheduled === 'asked', () => CONFIRMED],
  ['confirms: nothing more', otherwise, () => ({ ...CONFIRMED, next: 'none' })],
];

const delivered: Rule[] = [
  old,
  isRead,
  [
    'is not enough where it must be read: the plan goes on',
    (c) => c.confirmOn === 'read' && !c.confirmed,
    () => ({ delivery: 'delivered' }),
  ],
  ...confirms,
];

const failed: Rule[] = [
  old,
  isRead,
  [
    'is confirmed, was delivered, or more was asked for: nothing changes',
    (c) => c.confirmed || c.status === 'delivered' || c.scheduled === 'asked',
    () => ({}),
  ],
  ['is superseded, and more is scheduled: nothing changes', (c) => c.later && c.scheduled !== 'nothing', () => ({})],
  [
    'what is scheduled comes forward, but not into the minute after a call',
    (c) => c.scheduled === 'by itself',
    (c) => ({ next: { ...SCHEDULED, delayMs: leftAfterIt(c) } }),
  ],
  [
    'is faster than the answer, with which the plan goes on: nothing changes',
    (c) => (c.status === 'sending' || c.later) && c.confirmOn !== 'sent' && c.following === 'one' && !spent(c),
    () => ({}),
  ],
  ['is superseded, but another may arrive: nothing changes', (c) => c.later && reached(c), () => ({})],
  ['is superseded by one that has failed, too', (c) => c.later, () => ({ delivery: 'undelivered' })],
  ['nothing is left, but another may arrive', reached, () => ({ next: 'none' })],
  ['nothing is left', otherwise, () => ({ delivery: 'undelivered', next: 'none' })],
];

const asked: Rule[] = [
  ['too many: nothing changes', (c) => c.full === 'sends', () => ({})],
  [
    'what is scheduled, but not into the minute after a call',
    (c) => c.scheduled !== 'nothing',
    (c) => ({ next: { ...SCHEDULED, delayMs: leftAfterIt(c) } }),
  ],
  [
    'the first step of a round that has sent nothing',
    (c) => c.round === 'old',
    (c) => ({
      next: { step: 0, account: left(c) ? 'voice-1' : 'whatsapp-1', delayMs: leftAfterIt(c) },
    }),
  ],
  ['the next step', (c) => c.following === 'one', (c) => ({ next: nextStep(leftAfterIt(c)) })],
  [
    'the last step again',
    otherwise,
    (c) => ({ next: { step: 1, account: `${c.channel}-1`, delayMs: leftAfterIt(c) } }),
  ],
];

const SURE: FailureKind[] = [
  'unreachable',
  'throttled',
  'quota',
  'bad_message',
  'misconfigured',
  'rejected',
  'unknown',
];
type Table = readonly [name: string, rules: readonly Rule[], event: (attempt: number) => Event, fixed?: Partial<Case>];
const nobodys: Partial<Case> = { wanted: 'no' };
const wasTold: Partial<Case> = { ...claimed, status: 'failed' };
const beforeMore: Partial<Case> = { ...claimed, scheduled: 'asked' };
const accept = (attempt: number): Event => ({ kind: 'accepted', attempt });
const refused = (failure: FailureKind, rules: Rule[], when = '', fixed = claimed): Table => [
  `refused: ${failure}${when}`,
  rules,
  (attempt) => ({ kind: 'refused', attempt, failure }),
  fixed,
];

const TABLES: Table[] = [
  ['accepted', accepted, accept, claimed],
  ['accepted, after a receipt has said that it failed', acceptedButFailed, accept, wasTold],
  ['accepted, while more was asked for', acceptedBeforeMore, accept, beforeMore],
  ...SURE.map((failure) => refused(failure, refusedForSure)),
  refused('bad_recipient', badRecipient),
  refused('maybe_sent', maybeSent),
  refused('rejected', refusedForSure, ', after a receipt has said that it failed', wasTold),
  refused('maybe_sent', maybeSentButFailed, ', after a receipt has said that it failed', wasTold),
  refused('rejected', refusedBeforeMore, ', while more was asked for', beforeMore),
  refused(
    'maybe_sent',
    acceptedBeforeMore.filter(([name]) => !name.startsWith('sent')),
    ', while more was asked for',
    beforeMore,
  ),
  [
    'receipt: sent',
    [['says nothing new', otherwise, () => ({})]],
    (attempt) => ({ kind: 'receipt', attempt, status: 'sent' }),
    nobodys,
  ],
  ['receipt: delivered', delivered, (attempt) => ({ kind: 'receipt', attempt, status: 'delivered' }), nobodys],
  ['receipt: read', [old, isRead, ...confirms], (attempt) => ({ kind: 'receipt', attempt, status: 'read' }), nobodys],
  ['receipt: failed', failed, (attempt) => ({ kind: 'receipt', attempt, status: 'failed' }), nobodys],
  ['asked', asked, () => ({ kind: 'asked' }), nobodys],
];

/** Tries every combination once: how many each rule decides, and the first one that it gets wrong. */
function tryAll([, rules, event, fixed = {}]: Table) {
  const tried = new Map(rules.map(([name]) => [name, { cases: 0, wrong: undefined as object | undefined }]));
  for (const c of combinations(fixed)) {
    const [name, , follows] = rules.find(([, holds]) => holds(c))!;
    const { situation: given, attempt } = situation(c);
    const expected = { delivery: c.delivery, confirmed: c.confirmed, next: 'keep', ...follows(c) };
    const decision = decide(given, event(attempt));
    const entry = tried.get(name)!;
    entry.cases++;
    if (JSON.stringify(decision) !== JSON.stringify(expected)) entry.wrong ??= { case: c, decision, expected };
  }
  return tried;
}

describe.each(TABLES)('%s', (...table) => {
  const tried = tryAll(table);
  it.each(table[1])('%s', (name) => {
    expect(tried.get(name)).toEqual({ cases: expect.any(Number), wrong: undefined });
    expect(tried.get(name)!.cases).toBeGreaterThan(0);
  });
});

it('changes nothing for an attempt or a step that there is not', () => {
  const [c] = combinations({}) as Iterable<Case> as [Case];
  const { situation: given } = situation(c);
  const keep: Decision = { delivery: c.delivery, confirmed: c.confirmed, next: 'keep' };
  expect(decide(given, { kind: 'accepted', attempt: 99 })).toEqual(keep);
  expect(decide({ ...given, steps: [] }, { kind: 'receipt', attempt: 1, status: 'failed' })).toEqual(keep);
  expect(decide({ ...given, steps: [] }, { kind: 'asked' })).toEqual(keep);
  expect(decide({ ...given, route: () => [] }, { kind: 'asked' })).toEqual(keep);
});
