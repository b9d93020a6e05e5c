import { beforeEach, describe, expect, it } from '@jest/globals';
import { ProviderError } from '../errors.js';
import { Tokens, type Token } from './tokens.js';

const HOUR = 3_600_000;
const soon = (): number => Date.now() + 20_000;

describe('Tokens', () => {
  let now: number;
  let asked: number;
  /** What the next request ends with. */
  let answer: () => Promise<Token>;
  let tokens: Tokens;

  const given = (life: number) => () => Promise.resolve({ value: `token-${asked}`, expires: now + life });
  const fails = () => Promise.reject(new ProviderError('unreachable', 'http_503'));
  /** Lets what runs in the background come to its end. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  beforeEach(() => {
    now = 1_000_000;
    asked = 0;
    answer = given(HOUR);
    tokens = new Tokens(
      () => {
        asked++;
        return answer();
      },
      () => now,
    );
  });

  it('gives one until shortly before its end, then that one once more and the next one', async () => {
    expect(await tokens.get(soon())).toBe('token-1');
    now += HOUR - 60_001;
    expect(await tokens.get(soon())).toBe('token-1');
    await settle();
    expect(asked).toBe(1);
    now += 1;
    expect(await tokens.get(soon())).toBe('token-1');
    await settle();
    expect(await tokens.get(soon())).toBe('token-2');
    expect(asked).toBe(2);
  });

  it('renews a short-lived one at nine tenths of its life', async () => {
    answer = given(10_000);
    await tokens.get(soon());
    now += 8_999;
    await tokens.get(soon());
    await settle();
    expect(asked).toBe(1);
    now += 1;
    await tokens.get(soon());
    await settle();
    expect(asked).toBe(2);
  });

  it('goes on with the old one while none is to be had, and asks every five seconds', async () => {
    await tokens.get(soon());
    answer = fails;
    now += HOUR - 60_000;
    for (const step of [0, 1, 4_998, 1, 0]) {
      now += step;
      expect(await tokens.get(soon())).toBe('token-1');
      await settle();
    }
    expect(asked).toBe(3);
    now += 60_000;
    await expect(tokens.get(soon())).rejects.toMatchObject({ kind: 'unreachable', code: 'http_503' });
  });

  it.each([
    ['that cannot be read', Number.NaN],
    ['that is past', 0],
  ])('keeps one with an end %s until it is refused', async (_, expires) => {
    answer = () => Promise.resolve({ value: `token-${asked}`, expires });
    await tokens.get(soon());
    now += 1_000 * HOUR;
    expect(await tokens.get(soon())).toBe('token-1');
    expect(await tokens.instead('token-1', soon())).toBe('token-2');
  });

  it('gets one instead of a refused one only once, however late the others hear of it', async () => {
    await tokens.get(soon());
    const together = ['token-1', 'token-1', 'token-1'].map((refused) => tokens.instead(refused, soon()));
    expect(await Promise.all(together)).toEqual(['token-2', 'token-2', 'token-2']);
    expect(await tokens.instead('token-1', soon())).toBe('token-2');
    expect(asked).toBe(2);
  });

  it('lets nobody use a refused one while the next is on its way', async () => {
    await tokens.get(soon());
    const [, other] = await Promise.all([tokens.instead('token-1', soon()), tokens.get(soon())]);
    expect(other).toBe('token-2');
  });

  it('waits until the deadline of whoever asks, and goes on for the others', async () => {
    let resolve: (token: Token) => void;
    answer = () => new Promise((done) => (resolve = done));
    const patient = tokens.get(soon());
    await expect(tokens.get(Date.now() + 20)).rejects.toMatchObject({ kind: 'unreachable', code: 'token_timeout' });
    await expect(tokens.get(Date.now() - 1)).rejects.toMatchObject({ kind: 'unreachable' });
    resolve!({ value: 'late', expires: now + HOUR });
    expect(await patient).toBe('late');
    expect(asked).toBe(1);
  });
});
