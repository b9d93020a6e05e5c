// Traffic for replays: who asks for a code when, and whether it is ever typed. The same seed makes the same lines.
// The assumptions are in README.md. `node test/traffic/generate.mjs <directory>` writes each traffic as NDJSON.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Mobile ranges: what stands before the digits that are drawn, and how many those are. `share` of honest people. */
const COUNTRIES = {
  US: { start: '+1415', digits: 7, first: '2345678', share: 0.4 },
  GB: { start: '+447400', digits: 6, share: 0.22 },
  DE: { start: '+491511', digits: 7, share: 0.18 },
  FR: { start: '+33612', digits: 6, share: 0.12 },
  BR: { start: '+551198', digits: 7, share: 0.077 },
  AZ: { start: '+99450', digits: 7, first: '23456789', share: 0.001 },
  LK: { start: '+9471', digits: 7, share: 0.001 },
  UZ: { start: '+99890', digits: 7, first: '123456789', share: 0.001 },
};
/** Where a message is dear and honest people are few. */
const DEAR = ['AZ', 'LK', 'UZ'];

/** People on a usual day. */
const USUAL = 1_000;
/** Of a usual day's people, this part has signed in before. */
const RETURNING = 0.7;
const REGISTERED = 1_000;
/** Of codes that arrive, typed in the end; the others give up, or the message is lost. */
const VERIFIED = 0.88;
/** Of people who ask once more, 40 s after the first message. */
const AGAIN = 0.1;
/** Of people whose carrier shows all of them with a few addresses. */
const SHARED_ADDRESS = 0.15;

/** Mulberry32: small, fast, and the same everywhere. @returns numbers in [0, 1) */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = (next, list) => list[Math.floor(next() * list.length)];
const digits = (next, count) => Array.from({ length: count }, () => Math.floor(next() * 10)).join('');

function numberIn(next, { start, digits: count, first }) {
  const head = first ? pick(next, first) : digits(next, 1);
  return start + head + digits(next, count - 1);
}

function countryOf(next) {
  let at = next();
  for (const country of Object.values(COUNTRIES)) {
    at -= country.share;
    if (at < 0) return country;
  }
  return COUNTRIES.US;
}

const addressIn = (next, network) => `${network}.${Math.floor(next() * 256)}.${1 + Math.floor(next() * 254)}`;

function person(next) {
  const country = countryOf(next);
  const shared = next() < SHARED_ADDRESS;
  const ip = shared
    ? `100.64.${country.start.length}.${1 + Math.floor(next() * 50)}`
    : addressIn(next, `81.${Math.floor(next() * 256)}`);
  return { to: numberIn(next, country), ip };
}

/** Busiest at 19:00, quietest at 07:00: from a fifth of the mean to 1.8 times it. */
const busy = (t) => 1 + 0.8 * Math.cos(((t - 19 * HOUR) / DAY) * 2 * Math.PI);

/** Seconds from the message to the typed code: median 20 s, one in twenty takes 90 s and more. */
const typedAfter = (next) => Math.round(20 * SECOND * Math.exp(0.91 * normal(next)));
const normal = (next) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

/** The people who have an account before the traffic begins. */
const registered = (seed) => {
  const next = random(seed);
  return Array.from({ length: REGISTERED }, () => person(next));
};

/**
 * Honest people, as a Poisson process.
 * @param from,until ms since midnight of the first day
 * @param times how many times a usual day
 * @param returning part of them that comes from `people`
 */
function honest({ seed, people, from, until, times = 1, returning = RETURNING }) {
  const next = random(seed);
  const rate = (USUAL * times * 1.8) / DAY;
  const lines = [];
  for (let t = from; ;) {
    t += -Math.log(1 - next()) / rate;
    if (t >= until) break;
    // Thinning: only so many of the busiest hour's arrivals are real at another hour.
    if (next() * 1.8 > busy(t)) continue;
    const { to, ip } = next() < returning ? pick(next, people) : person(next);
    const verified = next() < VERIFIED ? typedAfter(next) : undefined;
    const again = next() < AGAIN;
    lines.push({ t: Math.round(t), to, ip, ...(!again && verified && { verified_after: verified }), honest: true });
    if (again) {
      lines.push({
        t: Math.round(t) + 40 * SECOND,
        to,
        ip,
        ...(verified && { verified_after: verified }),
        honest: true,
      });
    }
  }
  return sorted(lines);
}

/** Prefixes that whoever pumps gets paid for: blocks of 10 000 numbers. */
function attackedPrefixes(seed, count, countries = DEAR) {
  const next = random(seed);
  return Array.from({ length: count }, (_, i) =>
    numberIn(next, COUNTRIES[countries[i % countries.length]]).slice(0, -4),
  );
}

/** Codes that nobody types. @param perSecond sends over all prefixes together */
function attack({ seed, prefixes, from, until, perSecond }) {
  const next = random(seed);
  const lines = [];
  for (let t = from; t < until; t += SECOND / perSecond) {
    const to = pick(next, prefixes) + digits(next, 4);
    lines.push({ t: Math.round(t), to, ip: addressIn(next, `185.${Math.floor(next() * 20)}`), honest: false });
  }
  return lines;
}

/** One send a minute to each prefix. */
function slowAttack({ seed, prefixes, from, until }) {
  const next = random(seed);
  const lines = [];
  for (let t = from; t < until; t += MINUTE) {
    for (const [i, prefix] of prefixes.entries()) {
      const at = Math.round(t + (i * MINUTE) / prefixes.length);
      lines.push({ t: at, to: prefix + digits(next, 4), ip: addressIn(next, '185.30'), honest: false });
    }
  }
  return lines;
}

/** Each traffic begins with two days of people who sign in; what is replayed to prove something begins here. */
export const DAYS_BEFORE = 2 * DAY;

const sorted = (lines) => lines.sort((a, b) => a.t - b.t);

/** What each replay has seen before it begins: everybody who is registered has signed in once, within two days. */
function history(people) {
  const next = random(11);
  return people.map(({ to, ip }) => {
    const t = Math.floor(next() * DAYS_BEFORE);
    return { t, to, ip, ...(next() < VERIFIED && { verified_after: typedAfter(next) }), honest: true };
  });
}

export const traffics = {
  /** A usual morning; 30 sends a second for two minutes, and once more when the blocks have ended. */
  pumping() {
    const people = registered(1);
    const prefixes = attackedPrefixes(2, 40);
    const from = DAYS_BEFORE + 3 * HOUR;
    const back = from + 31 * MINUTE;
    return sorted([
      ...history(people),
      ...honest({ seed: 3, people, from: DAYS_BEFORE, until: DAYS_BEFORE + 6 * HOUR }),
      ...attack({ seed: 4, prefixes, from, until: from + 2 * MINUTE, perSecond: 30 }),
      ...attack({ seed: 5, prefixes, from: back, until: back + MINUTE / 2, perSecond: 30 }),
    ]);
  },
  /** In the busiest hours of a day, from one moment to the next twenty times as many people; hardly anybody came before. */
  launch() {
    const people = registered(1);
    const from = DAYS_BEFORE + 17 * HOUR;
    return sorted([
      ...history(people),
      ...honest({ seed: 6, people, from: DAYS_BEFORE, until: from }),
      ...honest({ seed: 7, people, from, until: from + 2 * HOUR, times: 20, returning: 0.1 }),
    ]);
  },
  /** A send a minute to each prefix: for an hour to many where messages are dear, for a day to a few among honest people. */
  slow() {
    const people = registered(1);
    const few = attackedPrefixes(9, 2, ['US', 'DE']);
    const from = DAYS_BEFORE;
    return sorted([
      ...history(people),
      ...honest({ seed: 10, people, from, until: from + DAY }),
      ...slowAttack({ seed: 12, prefixes: attackedPrefixes(8, 40), from, until: from + HOUR }),
      ...slowAttack({ seed: 13, prefixes: few, from, until: from + DAY }),
    ]);
  },
  /** A busy day with three attacks: fast, over many prefixes, and slow. */
  mixed() {
    const people = registered(1);
    const from = DAYS_BEFORE + 8 * HOUR;
    const many = attackedPrefixes(16, 200);
    return sorted([
      ...history(people),
      ...honest({ seed: 14, people, from: DAYS_BEFORE, until: DAYS_BEFORE + DAY, times: 3 }),
      ...attack({ seed: 15, prefixes: attackedPrefixes(17, 40), from, until: from + 2 * MINUTE, perSecond: 30 }),
      ...attack({ seed: 18, prefixes: many, from: from + 2 * HOUR, until: from + 2.5 * HOUR, perSecond: 1 }),
      ...slowAttack({ seed: 19, prefixes: attackedPrefixes(20, 20), from: from + 4 * HOUR, until: from + 5 * HOUR }),
    ]);
  },
};

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  const directory = process.argv[2] ?? 'test/traffic';
  mkdirSync(directory, { recursive: true });
  for (const [name, make] of Object.entries(traffics)) {
    const lines = make();
    writeFileSync(join(directory, `${name}.ndjson`), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    process.stdout.write(`${name}: ${lines.length} lines\n`);
  }
}
