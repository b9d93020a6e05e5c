import { describe, expect, it } from '@jest/globals';
import type { SettingError } from '../../config/config.errors.js';
import { checked } from '../../config/validate.js';
import { SmppSettings } from './settings.js';

const RIGHT = { servers: ['smpp://smsc.example.com:2775'], systemId: 'shop', password: 'secret08' };

function errorsOf(settings: object): string[] {
  const errors: SettingError[] = [];
  checked(SmppSettings, { ...RIGHT, ...settings }, 'settings', errors);
  expect(JSON.stringify(errors)).not.toContain('secret08');
  return [...new Set(errors.map(({ setting }) => setting))];
}

describe('SmppSettings', () => {
  it.each([
    {},
    { servers: ['smpps://10.0.0.1:3550', 'smpp://[2001:db8::1]:2775'] },
    { sender: '+447700900123' },
    { sender: '60777' },
    { binds: 2, window: 100, longMessages: 'sar', alphabet: 'latin1', messageIds: 'hex_in_response', maxParts: 1 },
    { dlt: { entityId: '1101', templateId: '1107', telemarketerId: 'a,b:c' } },
  ])('takes %j', (settings) => {
    expect(errorsOf(settings)).toEqual([]);
  });

  it.each<[string, object]>([
    ['settings.servers', { servers: [] }],
    ['settings.servers', { servers: ['http://smsc.example.com:80'] }],
    ['settings.servers', { servers: ['smpp://smsc.example.com'] }],
    ['settings.servers', { servers: ['smpp://user:pass@smsc.example.com:2775'] }],
    ['settings.systemId', { systemId: '' }],
    ['settings.systemType', { systemType: 'thirteen-long' }],
    ['settings.binds', { binds: 0 }],
    ['settings.binds', { binds: null }],
    ['settings.password', { password: null }],
    ['settings.sender', { sender: null }],
    ['settings.window', { window: 0 }],
    ['settings.enquireLink', { enquireLink: 301 }],
    ['settings.sender', { sender: 'TwelveLetter' }],
    ['settings.senderTon', { senderTon: 7 }],
    ['settings.alphabet', { alphabet: 'utf8' }],
    ['settings.longMessages', { longMessages: 'payload' }],
    ['settings.messageIds', { messageIds: 'hex' }],
    ['settings.dlt.entityId', { dlt: { entityId: 'with space' } }],
    ['settings.ca', { ca: '/etc/ssl/ca.pem' }],
    ['settings.host', { host: 'smsc.example.com' }],
  ])('refuses at start what is wrong with %s: %j', (setting, settings) => {
    expect(errorsOf(settings)).toEqual([setting]);
  });
});
