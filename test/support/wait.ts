import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until it is true (or something), for at most `ms`; then fails with what was asked for. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  ms = 30_000,
): Promise<Exclude<T, false | null | undefined>> {
  const giveUp = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as Exclude<T, false | null | undefined>;
    if (Date.now() > giveUp) throw new Error(`waited ${ms} ms in vain for ${what}`);
    await sleep(20);
  }
}
