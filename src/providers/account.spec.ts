import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Account } from './account.js';
import type { OutgoingMessage, Provider } from './contract.js';
import { ProviderError } from './errors.js';

const message = {} as OutgoingMessage;
const refusal = new ProviderError('unreachable', 'refused');

describe('an account that keeps failing', () => {
  let now: number;
  let send: jest.Mock<Provider['send']>;
  let account: Account;

  beforeEach(async () => {
    now = 1_000_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    send = jest.fn<Provider['send']>().mockRejectedValue(refusal);
    account = new Account('gateway', { send }, 5_000);
    for (let i = 0; i < 10; i++) await expect(account.send(message, false)).rejects.toBe(refusal);
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('rests until a message may try it again, whether or not there is one', async () => {
    now += 4_999;
    expect(account.resting).toBe(true);
    await expect(account.send(message, false)).rejects.toMatchObject({ code: 'resting' });
    now += 1;
    expect(account.resting).toBe(false);
  });

  it('rests no longer when the clock on the wall is set back, and no shorter when it is set forward', async () => {
    const wall = jest.spyOn(Date, 'now');
    for (const step of [-3_600_000, 3_600_000]) {
      wall.mockReturnValue(1_700_000_000_000 + step);
      expect(account.resting).toBe(true);
    }
    wall.mockReturnValue(0);
    now += 5_000;
    expect(account.resting).toBe(false);
    send.mockResolvedValue({});
    await account.send(message, false);
    expect(send).toHaveBeenCalledTimes(11);
  });

  it('is in use again when the vendor refuses the message that tries it for what it says', async () => {
    const refused = new ProviderError('bad_recipient', 'no_such_number');
    send.mockRejectedValue(refused);
    now += 5_000;
    await expect(account.send(message, false)).rejects.toBe(refused);
    expect(account.resting).toBe(false);
  });

  it('does not rest longer because of messages that were on their way before', async () => {
    const fails: ((error: Error) => void)[] = [];
    send.mockImplementation(() => new Promise((_, reject) => fails.push(reject)));
    now += 5_000;
    const tried = account.send(message, false);
    expect(account.resting).toBe(true);
    await expect(account.send(message, false)).rejects.toMatchObject({ code: 'resting' });
    const alone = account.send(message, true);
    fails[1]!(refusal);
    await expect(alone).rejects.toBe(refusal);
    fails[0]!(refusal);
    await expect(tried).rejects.toBe(refusal);
    now += 5_000;
    expect(account.resting).toBe(false);
  });

  it('rests on while a message tries it, and for as long again when that fails', async () => {
    let fail: (error: Error) => void = () => undefined;
    send.mockImplementation(() => new Promise((_, reject) => (fail = reject)));
    now += 5_000;
    const tried = account.send(message, false);
    expect(account.resting).toBe(true);
    fail(refusal);
    await expect(tried).rejects.toBe(refusal);
    now += 4_999;
    expect(account.resting).toBe(true);
    now += 1;
    expect(account.resting).toBe(false);
  });

  it('is in use again once one has come through', async () => {
    send.mockResolvedValue({});
    now += 5_000;
    await account.send(message, false);
    expect(account.resting).toBe(false);
  });
});
