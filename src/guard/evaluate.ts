import type { Mode } from '../config/config.js';
import type { Channel } from '../providers/contract.js';
import { findEntry, type Listed } from './lists.js';
import { lineTypeOf } from './line-type.js';
import type { CountryMode, CountryModes, CountryPolicy, Decision, GuardMode, GuardPolicy } from './policy.js';

/** A send, as far as the rules that need no memory see it. */
export interface Candidate extends Listed {
  readonly kind: 'phone' | 'email';
  readonly country?: string;
  /** libphonenumber's type of the number. */
  readonly type?: string;
  /** Of the plan's steps. */
  readonly channels: readonly Channel[];
  readonly mode: Mode;
}

export interface Verdict {
  /** What refuses it. */
  readonly refused?: Decision & {
    /** Unix milliseconds from which it would not be refused any more. */
    readonly until?: number;
  };
  readonly monitored: readonly Decision[];
  /** On an allow list: only limits count. */
  readonly trusted: boolean;
  /** Only known prefixes pass. */
  readonly filtered: boolean;
  /** Channels of the plan that may not be used for this country; others may. */
  readonly denied: readonly Channel[];
}

const OPEN: Verdict = { monitored: [], trusted: false, filtered: false, denied: [] };

/** Lists, then kinds of numbers, then countries. @param now Unix milliseconds */
export function evaluate(policy: GuardPolicy, candidate: Candidate, now: number): Verdict {
  const entry = findEntry(policy.lists, candidate, now);
  if (entry?.action === 'allow') return { ...OPEN, trusted: true };
  if (entry) return refusal({ ...yes('list', 'enforce'), until: entry.expiresAt });
  const line = lineTypeRule(policy, candidate);
  if (line?.mode === 'enforce') return refusal(line);
  const { mode, denied } = countryMode(policy.countries, candidate);
  if (mode === 'block') return refusal(yes('country', 'enforce'));
  const monitored = [line, mode === 'monitor' ? yes('country', 'monitor') : undefined];
  return {
    ...OPEN,
    monitored: monitored.filter((one) => one !== undefined),
    filtered: mode === 'filter' && candidate.mode === 'live',
    denied,
  };
}

function lineTypeRule({ lineTypes }: GuardPolicy, { kind, address, type, mode }: Candidate): Decision | undefined {
  // Test inboxes have numbers that nobody has.
  if (kind !== 'phone' || mode === 'test') return undefined;
  const lineType = lineTypeOf(address, type);
  const rule = lineType && lineTypes[lineType];
  return rule === undefined || rule === 'off' ? undefined : yes('line_type', rule);
}

/** From lenient to strict. */
const STRICTNESS: readonly CountryMode[] = ['allow', 'monitor', 'filter', 'block'];

/** The strictest of what holds for the country and for the channels that are left of the plan. */
function countryMode(
  { all, channels }: CountryPolicy,
  { kind, country = '', channels: planned }: Candidate,
): { mode: CountryMode; denied: readonly Channel[] } {
  if (kind === 'email') return { mode: 'allow', denied: [] };
  const ofTable = (table: CountryModes): CountryMode => table[country] ?? table.default ?? 'allow';
  const ofChannel = (channel: Channel): CountryMode => ofTable(channels[channel] ?? {});
  const denied = planned.filter((channel) => ofChannel(channel) === 'block');
  const left = planned.filter((channel) => !denied.includes(channel));
  if (left.length === 0) return { mode: 'block', denied };
  const modes = [ofTable(all), ...left.map(ofChannel)];
  return { mode: STRICTNESS.findLast((mode) => modes.includes(mode)) ?? 'allow', denied };
}

const yes = (rule: string, mode: GuardMode): Decision => ({ rule, mode, value: 1, threshold: 1 });

const refusal = (refused: Verdict['refused']): Verdict => ({ ...OPEN, refused });
