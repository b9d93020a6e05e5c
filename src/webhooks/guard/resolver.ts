import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** As long as a connection may take: nobody waits for an answer any longer. */
const PATIENCE_MS = 3_000;
/** For so long a name that took longer is not asked for again. */
const REST_MS = 60_000;
/** Names that rest; beyond that the oldest is forgotten. */
const MOST_RESTING = 1_000;

class NoAnswer extends Error {
  readonly code = 'ETIMEOUT';
}

const ofSystem: Resolve = async (hostname) => lookup(hostname, { all: true });

/**
 * The system's resolver blocks one of the two look-up threads that a process has until it has an answer, however long
 * ago everybody gave up, and the providers' names need those threads too. So webhooks ask for one name at a time, all
 * who want that name get the same answer, and a name whose servers do not answer is left alone for a while.
 * @param ask the system's resolver unless a test brings its own
 */
export function makeResolver(ask: Resolve = ofSystem): Resolve {
  const wanted = new Map<string, Promise<readonly LookupAddress[]>>();
  const resting = new Map<string, number>();
  let last: Promise<void> = Promise.resolve();

  const rests = (hostname: string): boolean => (resting.get(hostname) ?? 0) > Date.now();

  const rest = (hostname: string): void => {
    resting.delete(hostname);
    resting.set(hostname, Date.now() + REST_MS);
    const [oldest] = resting.keys();
    if (resting.size > MOST_RESTING && oldest !== undefined) resting.delete(oldest);
  };

  const answerTo = (hostname: string): Promise<readonly LookupAddress[]> =>
    new Promise((resolve, reject) => {
      let over = false;
      const giveUp = (): void => {
        over = true;
        reject(new NoAnswer('the name servers do not answer'));
      };
      const timer = setTimeout(giveUp, PATIENCE_MS);
      last = last.then(async () => {
        if (over) return;
        const began = Date.now();
        // It may have been asked for, and given up, since this one was put in line.
        if (rests(hostname)) giveUp();
        else await ask(hostname).then(resolve, reject);
        clearTimeout(timer);
        if (Date.now() - began >= PATIENCE_MS) rest(hostname);
      });
    });

  return (hostname) => {
    if (rests(hostname)) return Promise.reject(new NoAnswer('the name servers have not answered'));
    const known = wanted.get(hostname);
    if (known) return known;
    const answer = answerTo(hostname).finally(() => wanted.delete(hostname));
    wanted.set(hostname, answer);
    return answer;
  };
}

/** One for the whole process: threads are the process's, whoever sends. */
export const processResolver = makeResolver();
