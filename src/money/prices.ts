import type { AccountConfig, Config, Mode, Step } from '../config/config.js';
import type { Micros } from '../config/money.js';
import { accountsFor } from '../config/routing.js';
import type { Channel } from '../providers/contract.js';
import { writeSms } from '../providers/text/sms.js';

type Accounts = Pick<Config, 'accounts'>;

interface Message {
  readonly channel: Channel;
  readonly text: string;
}

/** What a message costs over an account, by the table; undefined when it has no price there. */
export function costOf({ accounts }: Accounts, account: string, message: Message, country?: string) {
  const price = priceOf(accounts, account, message.channel, country);
  const sender = accounts.get(account);
  return price === undefined || !sender ? undefined : price * partsOf(message, sender);
}

/** Vendors charge each part of a text that does not fit into one. */
function partsOf({ channel, text }: Message, { provider, settings }: AccountConfig): number {
  if (channel !== 'sms') return 1;
  return writeSms(text, Infinity, provider.smsEncoding?.(text, settings)).parts.length;
}

interface Plan {
  readonly steps: readonly Step[];
  readonly country?: string;
  readonly mode: Mode;
}

/**
 * The least that a message of the plan may cost, over any of its accounts. One that has no price is free: so are test
 * inboxes.
 */
export function cheapestOf(config: Pick<Config, 'accounts' | 'routes'>, { steps, country, mode }: Plan): Micros {
  const prices = steps.flatMap(({ channel }) =>
    accountsFor(config, channel, country, mode).map((name) => priceOf(config.accounts, name, channel, country) ?? 0),
  );
  return Math.min(...prices);
}

function priceOf(accounts: Config['accounts'], account: string, channel: Channel, country: string | undefined) {
  const prices = accounts.get(account)?.prices?.[channel];
  return prices && ((country === undefined ? undefined : prices.countries[country]) ?? prices.default);
}
