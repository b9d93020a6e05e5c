import { describe, expect, it } from '@jest/globals';
import { makeGuard } from './address.js';
import { urlFault } from './url.js';

const fault = (url: string, { allow = [], http = false }: { allow?: string[]; http?: boolean } = {}) =>
  urlFault(url, makeGuard({ allow, allowHttp: http }));

describe('the address of a webhook', () => {
  it.each(['https://example.com', 'https://example.com:8443/hooks?tenant=7', 'https://1.1.1.1/', 'https://login.svc'])(
    'may be %s',
    (url) => {
      expect(fault(url)).toBeUndefined();
    },
  );

  it.each<[string, RegExp]>([
    ['', /must be a URL/],
    ['example.com', /must be a URL/],
    ['https://', /must be a URL/],
    ['https://[fe80::1%25eth0]/', /must be a URL/],
    ['ftp://example.com', /must start with https/],
    ['file:///etc/passwd', /must start with https/],
    ['http://example.com', /allow_http/],
    ['https://user@example.com', /user name/],
    ['https://:pass@example.com', /user name/],
    ['https://example.com/#part', /fragment/],
  ])('is not %s', (url, message) => {
    expect(fault(url)).toMatch(message);
  });

  it.each([
    ...['127.0.0.1', '2130706433', '0177.0.0.1', '0x7f.0.0.1', '0x7f000001', '127.1', '127.0.0.1.', '１２７.0.0.1'],
    ...['0', '10.0.0.1', '169.254.169.254', '0xa9fea9fe', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::]'],
    ...['[0:0:0:0:0:ffff:127.0.0.1]', '[64:ff9b::7f00:1]', '[fd00:ec2::254]', '[2002:7f00:1::]'],
  ])('does not name a private address as %s', (host) => {
    expect(fault(`https://${host}/`)).toMatch(/webhooks\.allow/);
  });

  it('may be private and http where the configuration says so', () => {
    expect(fault('https://10.1.2.3/', { allow: ['10.0.0.0/8'] })).toBeUndefined();
    expect(fault('http://example.com/', { http: true })).toBeUndefined();
    expect(fault('http://10.1.2.3/', { http: true })).toMatch(/webhooks\.allow/);
  });
});
