import { describe, expect, it } from '@jest/globals';
import { makeKeyring } from './keyring.js';
import { open, seal } from './seal.js';

const OLD = Buffer.alloc(32, 1);
const NEW = Buffer.alloc(32, 2);
const ring = makeKeyring([OLD]);
const TEXT = '{"to":"+14155550100"}';

const bodyOf = (sealed: string) => Buffer.from(sealed.slice(sealed.indexOf('.') + 1), 'base64url');
const withBody = (sealed: string, body: Buffer) =>
  `${sealed.slice(0, sealed.indexOf('.'))}.${body.toString('base64url')}`;

describe('seal and open', () => {
  it.each(['', 'a', TEXT, 'Zürich ☎ 👋 \u0000', 'x'.repeat(10_000)])('give back what was sealed', (text) => {
    expect(open(ring, 'facts', seal(ring, 'facts', text))).toBe(text);
  });

  it('show nothing of the text, and never the same twice', () => {
    const [one, two] = [seal(ring, 'facts', TEXT), seal(ring, 'facts', TEXT)];
    expect(one).not.toBe(two);
    expect(bodyOf(one).toString('latin1')).not.toContain('4155550100');
    expect(one).toMatch(/^[0-9a-f]{8}\.[\w-]+$/);
  });

  it('notice a change of any one byte', () => {
    const sealed = seal(ring, 'facts', TEXT);
    const body = bodyOf(sealed);
    const opened = Array.from(body, (_, i) => {
      const changed = Buffer.from(body);
      changed[i] = body[i]! ^ 1;
      return open(ring, 'facts', withBody(sealed, changed));
    });
    expect(opened).toEqual(Array.from(body, () => undefined));
  });

  it('notice what was cut off or added', () => {
    const sealed = seal(ring, 'facts', TEXT);
    const body = bodyOf(sealed);
    for (let length = 0; length < body.length; length++) {
      expect(open(ring, 'facts', withBody(sealed, body.subarray(0, length)))).toBeUndefined();
    }
    expect(open(ring, 'facts', withBody(sealed, Buffer.concat([body, Buffer.alloc(1)])))).toBeUndefined();
  });

  it('keep purposes apart', () => {
    expect(open(ring, 'sandbox', seal(ring, 'facts', TEXT))).toBeUndefined();
  });

  it('open what an older secret sealed, until it is retired', () => {
    const sealed = seal(ring, 'facts', TEXT);
    const rotated = makeKeyring([NEW, OLD]);
    expect(open(rotated, 'facts', sealed)).toBe(TEXT);
    expect(open(makeKeyring([NEW]), 'facts', sealed)).toBeUndefined();
    expect(seal(rotated, 'facts', TEXT).split('.')[0]).toBe(makeKeyring([NEW]).current.id);
  });

  it('do not open under another secret that claims the same name', () => {
    const sealed = seal(ring, 'facts', TEXT);
    const other = makeKeyring([NEW]);
    expect(open(other, 'facts', `${other.current.id}.${sealed.split('.')[1]!}`)).toBeUndefined();
  });

  it.each(['', '.', 'nonsense', ring.current.id, `${ring.current.id}.`, `${ring.current.id}.####`])(
    'take %j for nothing',
    (sealed) => {
      expect(open(ring, 'facts', sealed)).toBeUndefined();
    },
  );
});
