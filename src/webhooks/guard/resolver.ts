import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';

type Addresses = readonly LookupAddress[];

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<Addresses>;

/** As long as a connection may take: nobody waits for an answer any longer. */
const PATIENCE_MS = 3_000;
/** In line, before the name is asked for: then most of a receiver's three seconds are left for the receiver. */
const LINE_PATIENCE_MS = 1_000;
/** For so long a name that took longer is not asked for again. */
const REST_MS = 60_000;
/** Names that rest; beyond that the oldest is forgotten. */
const MOST_RESTING = 1_000;
/** An application with so many names at rest rests too, after each further one. */
const SEVERAL = 2;

/** The error of a name that was not even asked for: no attempt was made, and nobody is to blame. */
export const NOT_LOOKED_UP = 'not_looked_up';

class NoAnswer extends Error {
  readonly code = 'ETIMEOUT';
}

class NotLookedUp extends Error {
  readonly code = NOT_LOOKED_UP;
}

/** A name that is still to be asked for. */
interface Call {
  readonly hostname: string;
  readonly resolve: (addresses: Addresses) => void;
  readonly reject: (error: unknown) => void;
  /** Of its patience in line. */
  readonly timer: NodeJS.Timeout;
}

/** What one application wants to know. */
interface Line {
  readonly wanted: Map<string, Promise<Addresses>>;
  /** The first is the next. */
  readonly calls: Set<Call>;
  /** Counts up over all lines: who was served longest ago has the lowest. */
  turn: number;
  restsUntil: number;
}

const ofSystem: Resolve = async (hostname) => lookup(hostname, { all: true });

/**
 * The system's resolver blocks one of the two look-up threads that a process has until it has an answer, however long
 * ago everybody gave up, and the providers' names need those threads too. So webhooks ask for one name at a time, all
 * of an application who want that name get the same answer, and a name whose servers do not answer is left alone for a
 * while. Whoever is still in line by then is told that he was not served.
 *
 * Applications take turns, and one with several such names then waits for as long as its last one has kept everybody
 * waiting: the others wait for one slow name at most, and not all of the time.
 * @param ask the system's resolver unless a test brings its own
 * @returns the resolver of an application; there are only as many as somebody has made by hand
 */
export function makeResolvers(ask: Resolve = ofSystem): (application: string) => Resolve {
  const lines = new Map<string, Line>();
  const resting = new Map<string, { readonly until: number; readonly line: Line }>();
  let turns = 0;
  let busy = false;

  const rests = (hostname: string): boolean => (resting.get(hostname)?.until ?? 0) > Date.now();

  const rest = (hostname: string, line: Line): void => {
    resting.delete(hostname);
    resting.set(hostname, { until: Date.now() + REST_MS, line });
    const [oldest] = resting.keys();
    if (resting.size > MOST_RESTING && oldest !== undefined) resting.delete(oldest);
  };

  const serve = async (line: Line, { hostname, resolve, reject, timer }: Call): Promise<void> => {
    clearTimeout(timer);
    const began = Date.now();
    const patience = setTimeout(() => {
      rest(hostname, line);
      reject(new NoAnswer('the name servers do not answer'));
    }, PATIENCE_MS);
    await ask(hostname).then(resolve, reject);
    clearTimeout(patience);
    const now = Date.now();
    if (now - began < PATIENCE_MS) return;
    // Counted from here again: it may have held up the line for most of its rest.
    rest(hostname, line);
    const slow = [...resting.values()].filter((one) => one.line === line && one.until > now);
    if (slow.length >= SEVERAL) line.restsUntil = now + (now - began);
  };

  const next = (): void => {
    if (busy) return;
    const now = Date.now();
    const ready = [...lines.values()].filter(({ calls, restsUntil }) => calls.size > 0 && restsUntil <= now);
    const [line] = ready.sort((a, b) => a.turn - b.turn);
    const [call] = line?.calls ?? [];
    if (!line || !call) return;
    line.calls.delete(call);
    line.turn = ++turns;
    busy = true;
    void serve(line, call).finally(() => {
      busy = false;
      next();
    });
  };

  const answerTo = (line: Line, hostname: string): Promise<Addresses> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        line.calls.delete(call);
        reject(new NotLookedUp('other names were looked up all the time'));
      }, LINE_PATIENCE_MS);
      const call: Call = { hostname, resolve, reject, timer };
      line.calls.add(call);
      next();
    });

  return (application) => {
    const line: Line = lines.get(application) ?? { wanted: new Map(), calls: new Set(), turn: 0, restsUntil: 0 };
    lines.set(application, line);
    return (hostname) => {
      if (rests(hostname)) return Promise.reject(new NoAnswer('the name servers have not answered'));
      const known = line.wanted.get(hostname);
      if (known) return known;
      const answer = answerTo(line, hostname).finally(() => line.wanted.delete(hostname));
      line.wanted.set(hostname, answer);
      return answer;
    };
  };
}

/** For the whole process: threads are the process's, whoever sends. */
export const processResolverOf = makeResolvers();
