import { describe, expect, it } from '@jest/globals';
import { canonical, codeMac } from './code-mac.js';

const KEY = Buffer.alloc(32, 1);
const ID = '0b7e4c1e-8a63-4f0e-9d47-2f1f5a1d3c07';
const TRANSACTION = { amount: '12.50', currency: 'EUR', payee: 'Book shop' };

describe('codeMac', () => {
  const mac = codeMac(KEY, ID, '042137');

  it('is the same for the same code, however it was typed', () => {
    expect(codeMac(KEY, ID, '042137')).toBe(mac);
    expect(codeMac(KEY, ID, ' 042-137 ')).toBe(mac);
    expect(codeMac(KEY, ID, '٠٤٢١٣٧')).toBe(mac);
    expect(codeMac(KEY, ID, 'ab3d')).toBe(codeMac(KEY, ID, 'AB3D'));
  });

  it.each([
    ['code', codeMac(KEY, ID, '042138')],
    ['length of code', codeMac(KEY, ID, '42137')],
    ['verification', codeMac(KEY, ID.replace(/7$/, '8'), '042137')],
    ['key', codeMac(Buffer.alloc(32, 2), ID, '042137')],
    ['transaction', codeMac(KEY, ID, '042137', TRANSACTION)],
  ])('is another for another %s', (_, other) => {
    expect(other).not.toBe(mac);
  });

  it('does not hold the code', () => {
    expect(mac).toMatch(/^[\w-]{43}$/);
    expect(Buffer.from(mac, 'base64url').toString('latin1')).not.toContain('042137');
  });

  it.each([
    ['amount', { ...TRANSACTION, amount: '12.51' }],
    ['place of the decimal point', { ...TRANSACTION, amount: '1250' }],
    ['currency', { ...TRANSACTION, currency: 'USD' }],
    ['payee', { ...TRANSACTION, payee: 'Book Shop' }],
  ])('is bound to the %s', (_, other) => {
    expect(codeMac(KEY, ID, '042137', other)).not.toBe(codeMac(KEY, ID, '042137', TRANSACTION));
  });
});

describe('canonical', () => {
  const of = (amount: string) => canonical({ ...TRANSACTION, amount });

  it.each([
    ['12.5', '12.50', '12.5000', '012.5', '0012.50'],
    ['12', '12.0', '12.0000', '0012'],
    ['0', '0.0', '000', '00.00'],
    ['0.05', '00.05', '0.0500'],
    ['100', '0100', '100.00'],
  ])('knows %s as one amount', (...amounts) => {
    expect(new Set(amounts.map(of)).size).toBe(1);
  });

  it('knows different amounts apart', () => {
    const amounts = ['0', '0.05', '0.5', '5', '10', '100', '10.5', '105', '1.05', '12.5', '125', '1.25'];
    expect(new Set(amounts.map(of)).size).toBe(amounts.length);
  });

  it.each(['","', ',', '|', ':'])('does not let one field run into the next over %j', (between) => {
    const one = canonical({ amount: '1', currency: 'EUR', payee: `A${between}B` });
    const other = canonical({ amount: '1', currency: `EUR${between}A`, payee: 'B' });
    expect(one).not.toBe(other);
  });

  it('does not care about the order of fields', () => {
    const { amount, currency, payee } = TRANSACTION;
    expect(canonical({ payee, currency, amount })).toBe(canonical(TRANSACTION));
  });
});
