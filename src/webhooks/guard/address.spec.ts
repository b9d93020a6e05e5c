import { describe, expect, it } from '@jest/globals';
import { makeGuard } from './address.js';

const REFUSED = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.100.100.200', '100.127.255.255'],
  ...[
    '127.0.0.1',
    '127.255.255.254',
    '169.254.0.1',
    '169.254.169.254',
    '168.63.129.16',
    '172.16.0.1',
    '172.31.255.255',
  ],
  ...['192.0.0.1', '192.0.0.192', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1', '198.51.100.1'],
  ...['203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:a00:1', '::ffff:0:127.0.0.1'],
  ...['64:ff9b::7f00:1', '64:ff9b:1::1', '100::1', '2001::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2', '2001:db8::1'],
  ...[
    '2002:7f00:1::',
    '3fff::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    '2606:4700::1%eth0',
    'fec0::1',
  ],
  ...['ff02::1', '5f00::1', 'example.com', '127.1', '2130706433', ''],
];

const TAKEN = [
  ...['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.1'],
  ...[
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
  ],
  ...['2001:200::1', '2606:4700:4700::1111', '2a00:1450:4001::1', '3ffe::1'],
];

describe('the addresses that webhooks may connect to', () => {
  const { mayConnect } = makeGuard({ allow: [], allowHttp: false });

  it.each(REFUSED)('are not %s', (address) => {
    expect(mayConnect(address)).toBe(false);
  });

  it.each(TAKEN)('are public like %s', (address) => {
    expect(mayConnect(address)).toBe(true);
  });

  it('are more where the configuration allows a range or an address, and no more than that', () => {
    const allow = ['10.1.0.0/16', '192.168.7.7', 'fd12::/16'];
    const { mayConnect: allowing } = makeGuard({ allow, allowHttp: false });
    for (const address of ['10.1.0.1', '10.1.255.255', '192.168.7.7', 'fd12::1', '::ffff:10.1.0.1']) {
      expect([address, allowing(address)]).toEqual([address, true]);
    }
    for (const address of ['10.2.0.1', '192.168.7.8', 'fd13::1', '::ffff:10.2.0.1', '::1', '127.0.0.1']) {
      expect([address, allowing(address)]).toEqual([address, false]);
    }
  });
});
