// Who comes: what the n-th person does, and what becomes of the messages to them. A function of n alone, so that a run
// can be repeated, and mixed so well that no account fails ten times in a row.

/** What a person does, and how many of a hundred do it. */
const DEEDS = {
  /** Types the code. */
  approve: 65,
  /** Mistypes it once. */
  mistype: 10,
  /** Types wrong codes until no more are taken. */
  guess: 4,
  /** Goes back. */
  cancel: 5,
  /** Never comes back. */
  leave: 5,
  /** Comes back with the code when it has expired. */
  late: 2,
  /** Asks for the code again. */
  again: 4,
  /** Asks for it over the next channel. */
  next: 3,
  /** Comes through the door of another product's API. */
  door: 2,
};

/** What becomes of the first message to a person, of twenty; all further ones arrive. */
const FORTUNES = {
  arrives: 14,
  /** The account answers 500: the spare one takes it. */
  refused: 1,
  /** The account hangs up without an answer. */
  dropped: 1,
  /** Accepted, and nobody hears of it again: the next channel, when its wait is over. */
  lost: 1,
  /** Accepted, and reported as not delivered: the next channel at once. */
  undelivered: 1,
  /** Its receipt comes before the account's own answer. */
  early: 1,
  /** Its receipt comes late, and twice. */
  doubled: 1,
};

/** Who does something else than wait and type has no trouble with messages: one thing at a time. */
const UNTROUBLED = new Set(['cancel', 'again', 'next', 'door']);

const PLANS = [
  { application: 'shop', profile: 'login' },
  { application: 'shop', profile: 'pay' },
  { application: 'bank', profile: 'login' },
];

/** @param n 0, 1, 2 ... */
export function personOf(n) {
  const deed = pick(DEEDS, mixed(n));
  const fortune = UNTROUBLED.has(deed) ? 'arrives' : pick(FORTUNES, mixed(n + 1e9));
  return { n, to: numberOf(n), deed, fortune, address: addressOf(n), ...PLANS[n % PLANS.length] };
}

/** Spreads neighbours over all 32-bit numbers (Knuth's multiplicative hash, twice). */
const mixed = (n) => {
  const once = Math.imul(n ^ (n >>> 15), 0x9e3779b1);
  return Math.imul(once ^ (once >>> 13), 0x85ebca6b) >>> 0;
};

function pick(shares, number) {
  let rest = number % Object.values(shares).reduce((sum, share) => sum + share, 0);
  for (const [name, share] of Object.entries(shares)) {
    if (rest < share) return name;
    rest -= share;
  }
}

const padded = (number, digits) => String(number).padStart(digits, '0');

/** Prefixes (all but the last four digits) of each country: so many that none gets more than two messages a minute. */
const GERMAN_PREFIXES = 10_000;
const FRENCH_PREFIXES = 4_000;
export const PREFIXES = GERMAN_PREFIXES + FRENCH_PREFIXES;

/** Mobile numbers, three of five German and two French, none of them twice and no two in a row of one prefix. */
function numberOf(n) {
  const [five, place] = [Math.floor(n / 5), n % 5];
  if (place < 3) {
    const k = five * 3 + place;
    return `+49151${padded(k % GERMAN_PREFIXES, 4)}${padded(Math.floor(k / GERMAN_PREFIXES), 4)}`;
  }
  const k = five * 2 + place - 3;
  const prefix = k % FRENCH_PREFIXES;
  const second = '0124'[Math.floor(prefix / 1_000)];
  return `+336${second}${padded(prefix % 1_000, 3)}${padded(Math.floor(k / FRENCH_PREFIXES), 4)}`;
}

/** An address for each: people behind one proxy would be stopped by the limit by address. */
const addressOf = (n) => `10.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
