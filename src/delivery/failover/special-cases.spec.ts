import { describe, expect, it } from '@jest/globals';
import type { FailureKind } from '../../providers/errors.js';
import { claimed, combinations, situation, WAIT, type Case } from '../../../test/support/situations.js';
import { decide, firstStep, type Situation } from './policy.js';

/** What the decision table's situations do not have. */
it('passes over steps that have no account any more', () => {
  const [c] = [...combinations({ ...claimed, following: 'one', siblings: 'none', confirmOn: 'delivered' })] as [Case];
  const { situation: given, attempt } = situation(c);
  const steps = [...given.steps, { channel: 'telegram', wait: 30, confirm_on: 'delivered' } as const];
  const route: Situation['route'] = (step) => (step.channel === 'rcs' ? [] : given.route(step));
  const decision = decide({ ...given, steps, route }, { kind: 'accepted', attempt });
  expect(decision.next).toEqual({ step: 3, account: 'telegram-1', delayMs: WAIT });
});

describe('a channel that can never reach the address', () => {
  const step = (channel: 'sms' | 'voice' | 'whatsapp') => ({ channel, wait: 30, confirm_on: 'delivered' }) as const;
  const [c] = [...combinations({ ...claimed, before: 'nothing', following: 'one' })] as [Case];
  const made = situation({ ...c, round: 'current', confirmed: false, siblings: 'none', channel: 'sms' });
  const [own] = made.situation.attempts.slice(-1);
  const first = { ...own!, n: 1, step: 0, channel: 'sms', account: 'sms-1' } as const;
  const bad = { ...first, status: 'failed', error: { kind: 'bad_recipient', code: 'x' } } as const;
  const given = (attempts: Situation['attempts'], ...channels: ('sms' | 'voice' | 'whatsapp')[]): Situation => ({
    ...made.situation,
    delivery: 'queued',
    attempts,
    steps: channels.map(step),
    route: ({ channel }) => [`${channel}-1`],
  });
  const refusedAs = (failure: FailureKind, attempt = 1) => ({ kind: 'refused', attempt, failure }) as const;

  it('is left out of the rest of the plan', () => {
    const plan = ['sms', 'sms', 'voice'] as const;
    expect(decide(given([first], ...plan), refusedAs('bad_recipient')).next).toMatchObject({ step: 2 });
    expect(decide(given([first], ...plan), refusedAs('rejected')).next).toMatchObject({ step: 1 });
    expect(decide(given([first], 'sms', 'sms'), refusedAs('bad_recipient'))).toEqual({
      delivery: 'undelivered',
      confirmed: false,
      next: 'none',
    });
  });

  it('is remembered from step to step, and from start to start', () => {
    const second = { ...first, n: 2, step: 1, channel: 'voice', account: 'voice-1' } as const;
    const after = given([bad, second], 'sms', 'voice', 'sms', 'whatsapp');
    expect(decide(after, refusedAs('rejected', 2)).next).toMatchObject({ step: 3 });
    const again = { ...after, attempts: [{ ...bad, round: 1 }, second] };
    expect(decide(again, { kind: 'accepted', attempt: 2 }).next).toMatchObject({ step: 3 });
    expect(firstStep(again.steps, again.attempts)).toBe(1);
    expect(firstStep([step('sms')], again.attempts)).toBe(0);
    expect(firstStep(again.steps, [])).toBe(0);
  });

  it('is tried all the same when the caller asks for the next step', () => {
    const asks = given([bad], 'sms', 'sms', 'voice');
    expect(decide(asks, { kind: 'asked' }).next).toMatchObject({ step: 1 });
  });
});

describe('a receipt that confirms, while a message that was asked for is tried over another account', () => {
  const [c] = [
    ...combinations({ ...claimed, status: 'sent', before: 'sent', wanted: 'asked', scheduled: 'asked' }),
  ] as [Case];
  const { situation: made, attempt } = situation({ ...c, round: 'current', confirmed: false, confirmOn: 'delivered' });
  // Without the earlier rounds, which leave no retry.
  const given = { ...made, attempts: made.attempts.slice(-2) };
  const next = { ...given.next!, wanted: 'retry' } as const;
  const told = (about: number) => decide({ ...given, next }, { kind: 'receipt', attempt: about, status: 'delivered' });

  it('ends that if it is about the same message, and leaves it if it is about another', () => {
    expect(told(attempt)).toEqual({ delivery: 'delivered', confirmed: true, next: 'none' });
    expect(told(attempt - 1)).toEqual({ delivery: 'delivered', confirmed: true, next: 'keep' });
  });

  it('lets no account try what has arrived although its vendor says that it refused it', () => {
    const attempts = given.attempts.map((one) => (one.n === attempt ? { ...one, status: 'delivered' as const } : one));
    const after = { ...given, next: undefined, confirmed: true, attempts, route: () => ['sms-1', 'another'] };
    expect(decide(after, { kind: 'refused', attempt, failure: 'unreachable' }).next).toBe('none');
  });

  it('lets no third account try what has arrived by the first', () => {
    const arrived = given.attempts.map((one) => (one.n === attempt ? { ...one, status: 'delivered' as const } : one));
    const retry = {
      ...arrived.at(-1)!,
      n: attempt + 1,
      account: 'tried',
      status: 'sending',
      wanted: 'retry',
    } as const;
    const after = { ...given, next: undefined, confirmed: true, attempts: [...arrived, retry] };
    const route = () => [retry.account, 'another', 'third'];
    const refused = { kind: 'refused', attempt: retry.n, failure: 'unreachable' } as const;
    expect(decide({ ...after, route }, refused).next).toBe('none');
    expect(decide({ ...after, route, attempts: [...given.attempts, retry] }, refused).next).toMatchObject({
      account: 'another',
    });
  });
});
