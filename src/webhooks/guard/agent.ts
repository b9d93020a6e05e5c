import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import type { Guard } from './address.js';
import type { Resolve } from './resolver.js';

/** A receiver has three seconds for everything; connecting cannot take longer. */
const CONNECT_TIMEOUT_MS = 3_000;

class AddressNotAllowed extends Error {
  readonly code = 'address_not_allowed';
}

/**
 * An HTTP client that connects to allowed addresses only. A name is resolved once for each connection, every address
 * that it has is checked, and the connection goes to one of those: there is no second look-up that could answer
 * differently (DNS rebinding). One pool for each origin, as wide as its callers ask at a time: a slow receiver never
 * takes another's connection. Redirects are not followed, proxies not used.
 */
export function makeGuardedAgent({ mayConnect, allowHttp }: Guard, resolve: Resolve): Agent {
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (!first || !addresses.every(({ address }) => mayConnect(address))) {
          callback(new AddressNotAllowed('the name has an address that is not allowed'), []);
        } else if (options.all) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => {
        callback(error as Error, []);
      },
    );
  };
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup });
  return new Agent({
    connect: (options, callback) => {
      // Node looks up names only: an address that stands in the URL comes by here.
      const refused = isIP(options.hostname) && !mayConnect(options.hostname);
      // It may have been allowed when the webhook was made.
      const plain = options.protocol !== 'https:' && !allowHttp;
      if (refused || plain) callback(new AddressNotAllowed('the address is not allowed'), null);
      else connect(options, callback);
    },
  });
}
