import type { Channel } from '../providers/contract.js';
import type { AccountConfig, AccountList, Config, Mode } from './config.js';

type Routing = Pick<Config, 'accounts' | 'routes'>;

/** A test key never reaches a real account, nor a live key a test inbox. */
const serves = (account: AccountConfig, mode: Mode): boolean => account.provider.test === (mode === 'test');

/**
 * The accounts to try for a channel, in order: those of the country's route, else of the default one.
 * @param seed 0 ≤ seed < 1, fixed for a verification: draws the first account of a split, the same one each time
 */
export function accountsFor(
  routing: Routing,
  channel: Channel,
  country: string | undefined,
  mode: Mode,
  seed = 0,
): string[] {
  const route = routing.routes.get(channel);
  if (!route) return [];
  const list = (country !== undefined && route.countries[country]) || route.default;
  return inOrder(
    list.filter(({ account: name }) => {
      const account = routing.accounts.get(name);
      return account !== undefined && serves(account, mode);
    }),
    seed,
  );
}

function inOrder(list: AccountList, seed: number): string[] {
  const names = list.map(({ account }) => account);
  const total = list.reduce((sum, { weight = 0 }) => sum + weight, 0);
  if (total === 0) return names;
  let left = seed * total;
  const drawn = list.find(({ weight = 0 }) => (left -= weight) < 0)?.account;
  return drawn === undefined ? names : [drawn, ...names.filter((name) => name !== drawn)];
}

/** The seed of a verification: its id is random. */
export const seedOf = (id: string): number => Number.parseInt(id.slice(0, 8), 16) / 2 ** 32;

/** True when some route, whatever the country, leads this channel to an account. */
export function isUsable(routing: Routing, channel: Channel, mode: Mode): boolean {
  const countries = Object.keys(routing.routes.get(channel)?.countries ?? {});
  return [undefined, ...countries].some((country) => accountsFor(routing, channel, country, mode).length > 0);
}
