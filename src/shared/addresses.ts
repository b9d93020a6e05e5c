import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** One spelling: without a zone, and IPv4 as such where a socket of both kinds shows it as `::ffff:192.0.2.1`. */
const plain = (ip: string): string => ip.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');

/** @param ranges checked ones: `10.0.0.0/8`, `192.0.2.1`, `2001:db8::/32` */
export function addressList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** @param ip as a proxy has told it, so it may be anything */
export function isListed(list: BlockList, ip: string): boolean {
  const address = plain(ip);
  if (isIPv4(address)) return list.check(address, 'ipv4');
  return isIPv6(address) && list.check(address, 'ipv6');
}

/** What counts as one visitor: an IPv4 address, or the /64 that a provider gives to one line of IPv6. */
export function visitorOf(ip: string): string {
  const address = plain(ip);
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const first = head.split(':').filter(Boolean);
  const last = tail?.split(':').filter(Boolean) ?? [];
  const groups = last.length + (tail?.includes('.') ? 1 : 0);
  const zeros = tail === undefined ? 0 : 8 - first.length - groups;
  const whole = [...first, ...Array<string>(zeros).fill('0'), ...last];
  return `${whole
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
