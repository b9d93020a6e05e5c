import { BlockList, isIP } from 'node:net';
import type { WebhooksConfig } from '../../config/config.js';

/** Where webhooks may go. */
export interface Guard {
  readonly mayConnect: (address: string) => boolean;
  /** Also without TLS. */
  readonly allowHttp: boolean;
}

/**
 * What is not a public host: IANA's IPv4 Special-Purpose Address Registry, multicast, and the one cloud metadata
 * address that looks public. (The others, 169.254.169.254 and 100.100.100.200, lie in ranges that are here.)
 */
const NOT_PUBLIC_IPV4 = rangesOf([
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
  '168.63.129.16', // Azure's metadata and agents
]);

/** Of IPv6 only global unicast (RFC 4291) is public: so no ::1, fe80::, fc00::, ff00::, ::ffff:, 64:ff9b:: (NAT64). */
const GLOBAL_IPV6 = rangesOf(['2000::/3']);
const NOT_PUBLIC_IPV6 = rangesOf([
  '2001::/23', // protocol assignments, among them Teredo, which carries an IPv4 address
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which carries an IPv4 address
  '3fff::/20', // documentation
]);

/** What the configuration allows is fine although it is not public; it has checked the ranges. */
export function makeGuard({ allow, allowHttp }: WebhooksConfig): Guard {
  const allowed = rangesOf(allow);
  const mayConnect = (address: string): boolean => {
    const version = isIP(address);
    // A zone is a way to say which cable: never a public address.
    if (version === 0 || address.includes('%')) return false;
    if (version === 4) return allowed.check(address, 'ipv4') || !NOT_PUBLIC_IPV4.check(address, 'ipv4');
    if (allowed.check(address, 'ipv6')) return true;
    return GLOBAL_IPV6.check(address, 'ipv6') && !NOT_PUBLIC_IPV6.check(address, 'ipv6');
  };
  return { mayConnect, allowHttp };
}

function rangesOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
