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
    jest.spyOn(Date, 'now').mockImplementation(() => now);
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
