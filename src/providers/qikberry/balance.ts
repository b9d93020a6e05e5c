import type { Balance } from '../contract.js';
import { ProviderError } from '../errors.js';
import { textAt } from '../vendor-words.js';
import type { Entry } from './client.js';
import type { BicsSettings, QikberrySettings } from './settings.js';

/** The platform's codes of products, by channel; BICS has a code of its own for calls. */
const PRODUCTS = [
  ['whatsapp', 'WAP'],
  ['viber', 'VBR'],
  ['rcs', 'RCS'],
  ['voice', 'VOC'],
  ['voice', 'SIPT'],
] as const;

/**
 * The credits of the account's first product that the answer knows, short messages before the others: the platform
 * keeps a purse for each.
 * @throws ProviderError `unknown` when it knows none of them
 */
export function balanceIn(entries: readonly Entry[], settings: QikberrySettings | BicsSettings): Balance {
  const configured = new Map(Object.entries(settings));
  const others = PRODUCTS.filter(([channel]) => configured.get(channel)).map(([, product]) => product);
  for (const product of [settings.sms?.service, ...others]) {
    const entry = product && entries.find((one) => textAt(one, 'service') === product);
    const amount = Number(textAt(entry, 'credits') ?? NaN);
    if (Number.isFinite(amount)) return { amount, currency: 'credits' };
  }
  throw new ProviderError('unknown', 'no_balance');
}
