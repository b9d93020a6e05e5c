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
 * The eight numbers of an address; IPv4 as IPv6 maps it (`::ffff:0:0/96`).
 * @param ip as a proxy has told it, so it may be anything
 */
export function numbersOf(ip: string): readonly number[] | undefined {
  const address = plain(ip);
  if (isIPv4(address)) return [...MAPPED, ...groupsIn(address)];
  return isIPv6(address) ? groupsOf(address) : undefined;
}

/** How many bits of its addresses a range names. @param range a checked one, as for `addressList` */
export function lengthOf(range: string): number {
  const [address = '', bits] = range.split('/');
  return bits === undefined ? 128 : Number(bits) + (isIPv4(address) ? MAPPED.length * 16 : 0);
}

/** A name of the range of so many bits that an address is in: the same for all addresses of it. */
export const rangeAround = (numbers: readonly number[], length: number): string =>
  String.fromCharCode(length, ...numbers.map((number, i) => number & highest(length - i * 16)));

/** Of sixteen bits. */
const highest = (count: number): number => 0xffff & ~(0xffff >> Math.min(Math.max(count, 0), 16));

const MAPPED = [0, 0, 0, 0, 0, 0xffff];

/** The eight of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [first = [], last = []] = address.split('::').map(groupsIn);
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

/** Of a part of an address; IPv4 at its end is two of them. */
function groupsIn(part: string): number[] {
  if (part === '') return [];
  const groups = part.split(':');
  const ipv4 = part.includes('.') ? groups.pop() : undefined;
  const numbers = groups.map((group) => Number.parseInt(group, 16));
  if (ipv4 === undefined) return numbers;
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return [...numbers, a * 256 + b, c * 256 + d];
}
