import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** As long as a connection may take: nobody waits for an answer any longer. */
const PATIENCE_MS = 3_000;
/** In line, before the name is asked for: then most of a receiver's three seconds are left for the receiver. */
const LINE_PATIENCE_MS = 1_000;
/** For so long a name that took longer is not asked for again. */
const REST_MS = 60_000;
/** Names that rest; beyond that the oldest is forgotten. */
const MOST_RESTING = 1_000;

/** The error of a name that was not even asked for: no attempt was made, and nobody is to blame. */
export const NOT_LOOKED_UP = 'not_looked_up';

class NoAnswer extends Error {
  readonly code = 'ETIMEOUT';
}

class NotLookedUp extends Error {
  readonly code = NOT_LOOKED_UP;
}

const ofSystem: Resolve = async (hostname) => lookup(hostname, { all: true });

/**
 * The system's resolver blocks one of the two look-up threads that a process has until it has an answer, however long
 * ago everybody gave up, and the providers' names need those threads too. So webhooks ask for one name at a time, all
 * who want that name get the same answer, and a name whose servers do not answer is left alone for a while. Whoever is
 * still in line by then is told that he was not served.
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
      let left = false;
      const inLine = setTimeout(() => {
        left = true;
        reject(new NotLookedUp('other names were looked up all the time'));
      }, LINE_PATIENCE_MS);
      last = last.then(async () => {
        if (left) return;
        clearTimeout(inLine);
        const began = Date.now();
        const patience = setTimeout(() => {
          rest(hostname);
          reject(new NoAnswer('the name servers do not answer'));
        }, PATIENCE_MS);
        await ask(hostname).then(resolve, reject);
        clearTimeout(patience);
        // Counted from here again: it may have held up the line for most of its rest.
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
