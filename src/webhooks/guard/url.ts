import { isIP } from 'node:net';
import type { Guard } from './address.js';

/** The host without the brackets that an IPv6 address has in a URL. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/**
 * What is wrong with the address of a webhook, or undefined. The URL parser has turned decimal, octal, hexadecimal and
 * shortened addresses into plain ones. A name is not looked up: what it resolves to is checked at each connection.
 */
export function urlFault(text: string, { mayConnect, allowHttp }: Guard): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must start with https://';
  if (url.protocol === 'http:' && !allowHttp) return 'must start with https:// (webhooks.allow_http is off)';
  if (url.username || url.password) return 'must not carry a user name or password';
  if (url.hash) return 'must not have a fragment';
  const host = hostOf(url);
  if (isIP(host) && !mayConnect(host)) return 'must not be a private or reserved address (webhooks.allow)';
  return undefined;
}
