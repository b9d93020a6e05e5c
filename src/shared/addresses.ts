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
  const line = groupsOf(address).slice(0, 4);
  return `${line.map((group) => group.toString(16)).join(':')}::/64`;
}

/**
 * An address as 128 binary digits, IPv4 as IPv6 maps it (`::ffff:0:0/96`): all addresses of a range begin alike.
 * @param ip as a proxy has told it, so it may be anything
 */
export function bitsOf(ip: string): string | undefined {
  const address = plain(ip);
  if (isIPv4(address)) return binary([...MAPPED, ...groupsIn(address)]);
  return isIPv6(address) ? binary(groupsOf(address)) : undefined;
}

/** How all addresses of a range begin. @param range a checked one, as for `addressList` */
export function beginningOf(range: string): string | undefined {
  const [address = '', bits] = range.split('/');
  const length = bits === undefined ? undefined : Number(bits) + (isIPv4(address) ? MAPPED.length * 16 : 0);
  return bitsOf(address)?.slice(0, length);
}

const MAPPED = [0, 0, 0, 0, 0, 0xffff];

const binary = (groups: readonly number[]): string =>
  groups.map((group) => group.toString(2).padStart(16, '0')).join('');

/** The eight of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [first = [], last = []] = address.split('::').map(groupsIn);
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

/** Of a part of an address; IPv4 at its end is two of them. */
const groupsIn = (part: string): number[] =>
  part
    .split(':')
    .filter(Boolean)
    .flatMap((group) => {
      if (!group.includes('.')) return [Number.parseInt(group, 16)];
      const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
      return [a * 256 + b, c * 256 + d];
    });
