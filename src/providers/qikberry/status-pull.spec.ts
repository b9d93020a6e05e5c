import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Receipt } from '../contract.js';
import { StatusPull, type SentMessage } from './status-pull.js';

const MOST_A_MINUTE = 600;

describe('StatusPull', () => {
  const asked: string[] = [];
  const received: Receipt[] = [];
  let pull: StatusPull;

  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
    asked.length = 0;
    received.length = 0;
    const ask = ({ attemptId }: SentMessage): Promise<Receipt> => {
      asked.push(attemptId);
      return Promise.resolve({ about: { attemptId }, status: 'delivered' });
    };
    pull = new StatusPull(10_000, ask, (receipt) => {
      received.push(receipt);
      return Promise.resolve();
    });
  });
  afterEach(() => {
    pull.close();
    jest.useRealTimers();
  });

  it('asks for each message, though there be more than may be asked for in a minute', async () => {
    const ids = Array.from({ length: MOST_A_MINUTE + 100 }, (_, i) => `attempt-${i}`);
    for (const attemptId of ids) pull.watch({ attemptId, messageId: attemptId, channel: 'sms' });
    await jest.advanceTimersByTimeAsync(59_000);
    expect(asked).toHaveLength(MOST_A_MINUTE);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(new Set(asked)).toEqual(new Set(ids));
    expect(received).toHaveLength(ids.length);
    await jest.advanceTimersByTimeAsync(600_000);
    expect(asked).toHaveLength(ids.length);
  });
});
