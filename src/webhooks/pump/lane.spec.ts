import { describe, expect, it } from '@jest/globals';
import type { SendOutcome } from '../send.js';
import { newSigningKey } from '../signing/signing-key.js';
import { Lane, MOST_WAITING } from './lane.js';
import { StreamEvent } from './stream-event.js';
import type { Item } from './subject-queues.js';

const START = 1_800_000_000_000;
const taken: SendOutcome = { delivered: true, status: 200, error: null, ms: 1, answer: null };
const refused: SendOutcome = { delivered: false, status: 500, error: null, ms: 1, answer: null };

function lane(events = ['*'], waiting: ConstructorParameters<typeof Lane>[2] = []): Lane {
  const stored = { id: 'wh_1', settings: '', cursor: '1-0', failingSince: 0, resumedAt: 0, pauses: 0 };
  const settings = { url: '', events, challenge: false, created_at: '', key: newSigningKey('hmac') };
  return new Lane({ ...stored, status: 'active' }, settings, waiting, () => 0);
}

let count = 1;

const event = (verification: string, type = 'verification.sent', only?: string) => {
  const entry = `${++count}-0`;
  const body = JSON.stringify({ id: `evt_${entry}`, data: { verification_id: verification } });
  return new StreamEvent({ entry, body, type, only });
};

function fill(target: Lane, events: number, verification = (i: number) => `v${i}`): void {
  for (let i = 0; i < events; i++) target.take(event(verification(i)));
}

const answer = (target: Lane, items: Item[], outcome: SendOutcome, now = START) => {
  for (const item of items) target.sent(item, outcome, now, () => 'paused');
};

const commit = (target: Lane, now = START) => {
  const change = target.change(now);
  target.committed();
  return change;
};

describe('a lane', () => {
  it('has 32 requests on their way at most, and one of a verification', () => {
    const many = lane();
    fill(many, 50);
    const first = many.due(START);
    expect(first).toHaveLength(32);
    expect(many.due(START)).toEqual([]);
    answer(many, first.slice(0, 2), taken);
    expect(many.due(START)).toHaveLength(2);
    const one = lane();
    fill(one, 3, () => 'v');
    expect(one.due(START)).toHaveLength(1);
    expect(one.due(START)).toEqual([]);
  });

  it('does not move its cursor over an event that is not settled', () => {
    const target = lane();
    fill(target, 3);
    const [first, second, third] = target.due(START) as [Item, Item, Item];
    answer(target, [third], taken);
    expect(commit(target)!.cursor).toBe(`${Number(first.entry.split('-')[0]) - 1}-18446744073709551615`);
    answer(target, [first], taken);
    expect(commit(target)!.cursor).toBe(`${Number(second.entry.split('-')[0]) - 1}-18446744073709551615`);
    answer(target, [second], refused);
    expect(commit(target)).toMatchObject({ cursor: third.entry, wait: [{ entry: second.entry, attempts: 1 }] });
  });

  it('moves its cursor over an event that comes behind one that waits, as that waits too', () => {
    const target = lane();
    fill(target, 1, () => 'v');
    answer(target, target.due(START), refused);
    commit(target);
    const late = event('v');
    target.take(late);
    expect(target.due(START)).toEqual([]);
    const { entry } = late.source;
    expect(commit(target)).toMatchObject({ cursor: entry, wait: [{ entry, attempts: 0 }] });
  });

  it('asks for the same to be written until it was', () => {
    const target = lane();
    fill(target, 2);
    const [first, second] = target.due(START) as [Item, Item];
    answer(target, [first], refused);
    const change = target.change(START);
    answer(target, [second], refused);
    expect(target.change(START)).toBe(change);
    target.committed();
    expect(target.change(START)!.wait.map(({ entry }) => entry)).toEqual([second.entry]);
  });

  it('gives a receiver that is down one new event in ten seconds, and all of them when it is back', () => {
    const target = lane();
    fill(target, 60);
    answer(target, target.due(START), refused, START + 5_000);
    expect(target.due(START)).toHaveLength(1);
    expect(target.due(START + 9_999)).toEqual([]);
    const [probe] = target.due(START + 10_000) as [Item];
    expect(probe.waits).toBe(false);
    answer(target, [probe], taken);
    const after = target.due(START + 10_000);
    // New ones, and those that failed although their time has not come.
    expect(after.some(({ waits }) => waits)).toBe(true);
    expect(after.some(({ waits }) => !waits)).toBe(true);
  });

  it('leaves places for new events while many are tried again', () => {
    const waiting = Array.from({ length: 100 }, (_, i) => ({
      entry: `0-${i + 1}`,
      subject: `w${i}`,
      attempts: 1,
      firstAt: START,
      due: START,
    }));
    const target = lane(['*'], waiting);
    fill(target, 100);
    const chosen = target.due(START);
    expect(chosen.filter(({ waits }) => waits)).toHaveLength(16);
    expect(chosen.filter(({ waits }) => !waits)).toHaveLength(16);
  });

  it('takes no more from the stream while 200 are not settled, or too many wait', () => {
    const busy = lane();
    fill(busy, 199);
    expect(busy.wantsMore).toBe(true);
    fill(busy, 1);
    expect(busy.wantsMore).toBe(false);
    const waiting = Array.from({ length: MOST_WAITING }, (_, i) => ({
      entry: `0-${i + 1}`,
      subject: 'w',
      attempts: 1,
      firstAt: START,
      due: START,
    }));
    expect(lane(['*'], waiting).wantsMore).toBe(false);
    expect(lane(['*'], waiting.slice(1)).wantsMore).toBe(true);
  });

  it.each([
    [['*'], 'verification.sent', undefined, true],
    [['verification.*'], 'verification.sent', undefined, true],
    [['webhook.*'], 'verification.sent', undefined, false],
    [['verification.sent'], 'verification.sent', undefined, true],
    [['verification.approved'], 'verification.sent', undefined, false],
    [['*'], 'verification.sent', 'wh_1', true],
    [['*'], 'verification.sent', 'wh_2', false],
    [['verification.approved'], 'verification.sent', 'wh_1', false],
  ])('that wants %j and sees %s for %s takes it: %s', (events, type, only, wanted) => {
    const target = lane(events);
    target.take(event('v', type, only));
    expect(target.due(START)).toHaveLength(wanted ? 1 : 0);
  });
});
